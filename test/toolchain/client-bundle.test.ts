import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

test("a browser that imports the client gets nothing of the server, of Node or of the schema library", async () => {
  const { metafile, warnings } = await build({
    absWorkingDir: root,
    entryPoints: ["src/client/index.ts"],
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const [output] = Object.values(metafile.outputs);
  const kept = Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [path] : [],
  );
  const parts = new Set(kept.map((path) => path.replace(/^(node_modules\/[^/]+|src\/[^/]+).*$/, "$1")));
  expect([...parts].sort()).toEqual(["node_modules/eventsource-parser", "node_modules/ky", "src/client", "src/shared"]);
  expect(kept.filter((path) => path.includes("schemas"))).toEqual([]);
  expect(warnings).toEqual([]);
});
