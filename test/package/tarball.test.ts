import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";

const { files, size, unpackedSize } = inject("tarball");
const folder = join(inject("installed"), "node_modules/durable-cf-streams");

const read = (path: string): Promise<string> => readFile(join(folder, path), "utf8");

const manifest: {
  exports: Record<string, { types: string; default: string } | string>;
  bin: Record<string, string>;
} = JSON.parse(await read("package.json"));

/** Files of the package that its entries are, in code or in types. */
const entryFiles = Object.values(manifest.exports).flatMap((entry) =>
  typeof entry === "string" ? [] : [entry.types, entry.default],
);

/** Follows the imports of files to all that they lead to. */
async function reachable(from: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  const open = from.map((path) => path.replace(/^\.\//, ""));
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    const extension = path.endsWith(".d.ts") ? ".d.ts" : ".js";
    for (const [, target = ""] of (await read(path)).matchAll(/(?:from|import) ?["'](\.[^"']+)\.js["']/g)) {
      open.push(join(path, "..", `${target}${extension}`));
    }
  }
  return found;
}

describe("the tarball", () => {
  test("holds the manifest, three documents, and what its entries lead to", async () => {
    const code = await reachable([...entryFiles, ...Object.values(manifest.bin)]);
    expect(files.toSorted()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "package.json", ...code].toSorted());
  });

  test("takes less than a quarter of a megabyte, and less than one unpacked", () => {
    console.log(`${files.length} files, ${size} bytes packed, ${unpackedSize} unpacked`);
    expect(size).toBeLessThan(250_000);
    expect(unpackedSize).toBeLessThan(1_000_000);
  });

  test("names no source map, no path of the machine that built it, and nothing of its tests", async () => {
    const project = new URL("../..", import.meta.url).pathname;
    for (const path of files) {
      const text = await read(path);
      const lines = text.split("\n").filter((line) => line.includes("sourceMappingURL") || line.includes(project));
      expect({ path, lines }).toEqual({ path, lines: [] });
      expect({ path, tests: text.match(/^\/\/ test\//gm) ?? [] }).toEqual({ path, tests: [] });
    }
  });

  test("makes its command executable", async () => {
    const [command = ""] = Object.values(manifest.bin);
    expect((await read(command)).split("\n", 1)).toEqual(["#!/usr/bin/env node"]);
    expect((await stat(join(folder, command))).mode & 0o111).toBe(0o111);
  });
});
