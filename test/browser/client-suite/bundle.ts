import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const CLIENT_TESTS = here("../../client");

/** Tests of the client that look into Node: its network, its listeners, its memory; or in what is no page. */
const ONLY_IN_NODE =
  /\.node\.test\.ts$|transport\/(send|url)\.test|retry\/sleep\.test|reader\/(backpressure|visibility)\.test/;

/** What stands in a page in the place of the server and the network of the suite. */
const inPlaceOf = new Map([
  [here("../../support/client/server.ts"), here("server.ts")],
  [here("../../support/client/faults/network.ts"), here("../../support/client/faults/network.replaced.ts")],
]);

/** Every test file by its path, to be loaded when its turn comes. */
async function suiteModule(): Promise<string> {
  const files = await readdir(CLIENT_TESTS, { recursive: true });
  const tests = files.filter((file) => file.endsWith(".test.ts") && !ONLY_IN_NODE.test(file)).toSorted();
  const entries = tests.map((file) => `${JSON.stringify(file)}: () => import(${JSON.stringify(`./${file}`)})`);
  return `export const suite = {${entries.join(",\n")}};`;
}

const suite: Plugin = {
  name: "suite",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^suite$/ }, () => ({ path: "suite", namespace: "suite" }));
    onLoad({ filter: /.*/, namespace: "suite" }, async () => ({
      contents: await suiteModule(),
      resolveDir: CLIENT_TESTS,
    }));
    onResolve({ filter: /\/(server|network)\.ts$/ }, ({ path, resolveDir }) => {
      const file = inPlaceOf.get(resolve(resolveDir, path));
      return file === undefined ? undefined : { path: file };
    });
  },
};

/**
 * Bundles the client's suite for a browser.
 *
 * @returns A script that leaves `runSuite` behind.
 */
export async function bundleSuite(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [here("page.ts")],
    bundle: true,
    format: "iife",
    target: "es2022",
    write: false,
    plugins: [suite],
    inject: [here("node-globals.ts")],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}
