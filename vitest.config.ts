import { dirname, join, relative, resolve } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig, type Plugin } from "vitest/config";
import { packagePaths } from "./scripts/package-paths.mjs";
import { TestOrder } from "./scripts/test-order.ts";

const inWorkerd = ["test/workers/**/*.test.ts", "test/**/*.workers.test.ts"];
/** Those of them whose objects have names, and would meet those of another file. */
const withNamedObjects = ["test/workers/objects/**/*.test.ts"];
const conformance = ["test/conformance/**/*.test.ts"];
/** What needs a server that is another program. */
const endToEnd = ["test/e2e/**/*.test.ts", "test/**/*.served.test.ts"];
const inChromium = ["test/browser/**/*.test.ts"];
const asPackaged = ["test/package/**/*.test.ts"];

/** The client's own suite needs nothing of Node but a server, so it runs in workerd as well. */
const clientSuite = ["test/client/**/*.test.ts"];

/** What stands in workerd in the place of the server and the network of the client's suite. */
const inPlaceOf = new Map([
  ["test/support/client/server.ts", "server.workerd.ts"],
  ["test/support/client/faults/network.ts", "network.replaced.ts"],
]);

/** Where there is no node:http, both are functions in front of the global `fetch`. */
const serverInWorkerd: Plugin = {
  name: "server-in-workerd",
  enforce: "pre",
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith(".")) return undefined;
    const path = resolve(dirname(importer), source);
    const file = inPlaceOf.get(relative(import.meta.dirname, path));
    return file && join(dirname(path), file);
  },
};

const workerd = () =>
  cloudflareTest({ wrangler: { configPath: "./test/workers/wrangler.jsonc" }, remoteBindings: false });

const inEveryRuntime = ["test/support/workerd-setup.ts"];

/** Tests of examples import what these import: the package by its name. */
const packageSources: Plugin = {
  name: "package-sources",
  enforce: "pre",
  resolveId: (source) => packagePaths.get(source),
};

/** How long a hang takes to be one: tests wait for what happens, so a busy machine must not be taken for a broken one. */
const patience = { testTimeout: 60_000, hookTimeout: 60_000 };

/** Many tests wait for a clock or a socket, so two files at a time keep even two cores busy. */
const sideBySide = { maxWorkers: 2 };

export default defineConfig({
  test: {
    sequence: { sequencer: TestOrder },
    projects: [
      {
        plugins: [packageSources],
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: [...inWorkerd, ...conformance, ...endToEnd, ...inChromium, ...asPackaged],
          // To load the sources again for each file costs as much as the tests, and each test cleans up behind itself.
          isolate: false,
          ...patience,
          ...sideBySide,
        },
      },
      {
        test: {
          name: "package",
          include: asPackaged,
          // Packs the package once and installs it.
          globalSetup: ["test/package/install.ts"],
          ...patience,
          ...sideBySide,
        },
      },
      {
        plugins: [workerd()],
        test: {
          name: "workers",
          include: inWorkerd,
          exclude: withNamedObjects,
          setupFiles: inEveryRuntime,
          // A runtime for each file costs more than most files: each test has objects, or an empty database, of its own.
          isolate: false,
          ...patience,
          ...sideBySide,
        },
      },
      {
        plugins: [workerd()],
        test: {
          name: "workers-objects",
          include: withNamedObjects,
          setupFiles: inEveryRuntime,
          ...patience,
          ...sideBySide,
        },
      },
      {
        plugins: [serverInWorkerd, workerd()],
        test: {
          name: "workers-client",
          include: clientSuite,
          exclude: ["test/**/*.node.test.ts"],
          setupFiles: inEveryRuntime,
          // A runtime for each file costs three times what its tests do, and no test of the client looks for another's.
          isolate: false,
          ...patience,
          ...sideBySide,
        },
      },
      {
        test: {
          name: "conformance",
          include: conformance,
          globalSetup: ["test/conformance/serve.ts"],
          testTimeout: 120_000,
          // The suite waits on the clock for much of its time, so more files run side by side than there are cores; but some
          // of its tests leave half a second to a server that has to answer in time.
          maxWorkers: 3,
          // Vitest wants to run those apart that run another number of files at a time.
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [packageSources],
        test: {
          name: "e2e",
          include: endToEnd,
          // Each test starts programs of its own, and some start a server.
          ...patience,
          ...sideBySide,
        },
      },
      {
        plugins: [packageSources],
        test: {
          name: "browser",
          include: inChromium,
          globalSetup: ["test/browser/unpack.ts"],
          ...patience,
          ...sideBySide,
        },
      },
    ],
  },
});
