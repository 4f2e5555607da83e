import { type Browser, chromium } from "playwright-core";
import { inject } from "vitest";

/**
 * Starts the Chromium that came with `npm ci`; nothing is downloaded and none on the machine is used.
 *
 * The package's own list of flags is for functions in a cloud and turns web security off, so it is left out.
 *
 * @returns A browser without windows. Closing it is the caller's.
 */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: inject("chromium"),
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"],
  });
}
