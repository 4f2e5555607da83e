import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig, type Plugin } from "vitest/config";

const inWorkerd = ["test/workers/**/*.test.ts", "test/**/*.workers.test.ts"];
const conformance = ["test/conformance/**/*.test.ts"];
const endToEnd = ["test/e2e/**/*.test.ts"];
const inChromium = ["test/browser/**/*.test.ts"];

/** The client's own suite needs nothing of Node but a server, so it runs in workerd as well. */
const clientSuite = ["test/client/**/*.test.ts"];

/** Where there is no node:http, the server of the client's suite is a handler in front of the global `fetch`. */
const serverInWorkerd: Plugin = {
  name: "server-in-workerd",
  enforce: "pre",
  resolveId: (source, importer) =>
    source === "./server.ts" && importer?.endsWith("/test/support/client/index.ts")
      ? fileURLToPath(new URL("test/support/client/server.workerd.ts", import.meta.url))
      : undefined,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: [...inWorkerd, ...conformance, ...endToEnd, ...inChromium],
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [
          serverInWorkerd,
          cloudflareTest({ wrangler: { configPath: "./test/workers/wrangler.jsonc" }, remoteBindings: false }),
        ],
        test: {
          name: "workers",
          include: [...inWorkerd, ...clientSuite],
          exclude: ["test/**/*.node.test.ts"],
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
      {
        test: {
          name: "e2e",
          include: endToEnd,
          // Each test starts programs of its own, and some start a server.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "browser",
          include: inChromium,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
