import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

const inWorkerd = ["test/workers/**/*.test.ts", "test/**/*.workers.test.ts"];
const conformance = ["test/conformance/**/*.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: [...inWorkerd, ...conformance],
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: "./test/workers/wrangler.jsonc" }, remoteBindings: false })],
        test: {
          name: "workers",
          include: inWorkerd,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "conformance",
          include: conformance,
          globalSetup: ["test/conformance/serve.ts"],
          testTimeout: 30_000,
          // The suite mostly waits on the clock, so its three files run side by side even on two cores.
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
