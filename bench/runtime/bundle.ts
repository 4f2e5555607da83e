import { execFile } from "node:child_process";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The date whose behaviour bundles are made for and run with. */
export const COMPATIBILITY_DATE = "2026-08-15";
/** On top of the date: what it has not switched on yet. */
export const COMPATIBILITY_FLAGS: readonly string[] = ["enable_request_signal"];

const run = promisify(execFile);

/**
 * Bundles a Worker of this folder into one module, the way it would be deployed.
 *
 * @param source File name of the Worker, next to `run.ts`.
 * @param outDir Folder to write to.
 * @returns Path of the module.
 * @throws What the bundler has against it.
 */
export async function bundleWorker(source: string, outDir: string): Promise<string> {
  const entry = fileURLToPath(new URL(`../${source}`, import.meta.url));
  const date = ["--compatibility-date", COMPATIBILITY_DATE];
  const flags = COMPATIBILITY_FLAGS.flatMap((flag) => ["--compatibility-flags", flag]);
  await run("wrangler", ["deploy", entry, "--dry-run", "--outdir", outDir, "--name", "bench", ...date, ...flags]);
  return join(outDir, basename(source).replace(/\.ts$/, ".js"));
}
