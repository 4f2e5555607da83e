import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, inject, test } from "vitest";
import { portable } from "./entries.ts";

const folder = inject("installed");

/** What a browser gets that imports an entry: source folders of this package, and the names of other packages. */
async function bundledParts(entry: string): Promise<string[]> {
  // Neither a module of Node nor one of Workers is marked as external, so importing one is an error.
  const { metafile, warnings } = await build({
    absWorkingDir: folder,
    stdin: { contents: `export * from "${entry}";`, resolveDir: folder },
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  expect(warnings).toEqual([]);
  const parts = new Set<string>();
  for (const path of Object.keys(metafile.inputs).filter((path) => path !== "<stdin>")) {
    const [, name = ""] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    if (name !== "durable-cf-streams") parts.add(name);
    else for (const source of await sourcesOf(join(folder, path))) parts.add(source);
  }
  return [...parts].sort();
}

/** The bundler of the package notes which source each part of a file comes from. */
async function sourcesOf(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8");
  return [...text.matchAll(/^\/\/ (src\/(?:server\/)?[^/\n]+)/gm)].map(([, source = ""]) => source);
}

const server = ["src/server/http", "src/server/storage"];

const expected: Record<string, readonly string[]> = {
  "durable-cf-streams": ["src/shared", "valibot"],
  "durable-cf-streams/client": ["eventsource-parser", "ky", "src/client", "src/shared"],
  "durable-cf-streams/server": [...server, "src/shared", "valibot"],
};

describe("in a browser's bundle", () => {
  test.each(portable)("%s needs no module of a platform", async (entry) => {
    await expect(bundledParts(entry)).resolves.toBeDefined();
  });

  test.each(Object.entries(expected))("%s brings nothing that it does not need", async (entry, parts) => {
    expect(await bundledParts(entry)).toEqual(parts);
  });
});
