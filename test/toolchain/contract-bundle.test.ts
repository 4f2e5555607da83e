import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

test("a page that defines a contract gets nothing of the server or of the schema library with it", async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: {
      contents:
        'import { defineStream } from "./src/shared/index.ts"; export const a = defineStream({ path: "/a/:b" });',
      resolveDir: root,
    },
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
    metafile: true,
    logLevel: "silent",
    // As the package is built.
    pure: ["defineError", "Object.freeze"],
  });
  const [output] = Object.values(metafile.outputs);
  const parts = Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) =>
    bytesInOutput > 0 && path !== "<stdin>" ? [path.split("/").slice(0, 2).join("/")] : [],
  );
  expect([...new Set(parts)]).toEqual(["src/shared"]);
  expect(output?.bytes).toBeLessThan(8000);
});
