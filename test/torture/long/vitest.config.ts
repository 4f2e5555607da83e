import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import type { LongRun } from "./options.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const { TORTURE_STORE, TORTURE_SEED, TORTURE_PROGRAMS, TORTURE_MINUTES } = process.env;

const torture: LongRun = {
  store: TORTURE_STORE ?? "memory",
  seed: Number(TORTURE_SEED ?? 1),
  programs: Number(TORTURE_PROGRAMS ?? Number.MAX_SAFE_INTEGER),
  minutes: Number(TORTURE_MINUTES ?? 1),
};

/** For `npm run torture` alone: the project's own configuration does not know of what is run here. */
export default defineConfig({
  root,
  test: {
    projects: [
      { root, test: { name: "node", include: ["test/torture/long/memory.ts"], provide: { torture } } },
      {
        root,
        plugins: [cloudflareTest({ wrangler: { configPath: "./test/workers/wrangler.jsonc" }, remoteBindings: false })],
        test: {
          name: "workers",
          include: ["test/torture/workers/long.ts"],
          setupFiles: ["test/support/workerd-setup.ts"],
          provide: { torture },
        },
      },
    ],
  },
});
