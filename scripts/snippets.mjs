// Writes snippets into the documents: below `<!-- snippet: FILE -->` a file, below `<!-- snippet: FILE#REGION -->` a region
// of it. So no document shows code that was not compiled. `--check` writes nothing, and says what would change.
//
// It fails besides for code without such a mark, and for a file in examples/snippets, or a region, that no document shows.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cutSnippet, fillBlocks, regionsOf } from "./snippets/blocks.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const check = process.argv.includes("--check");
const SNIPPETS = "examples/snippets";

/** @param {string} path */
const read = (path) => readFile(join(root, path), "utf8");

const guides = (await readdir(join(root, "docs"))).filter((name) => name.endsWith(".md"));
const documents = ["README.md", ...guides.map((name) => `docs/${name}`)];
const entries = await readdir(join(root, SNIPPETS), { recursive: true, withFileTypes: true });
const ours = entries
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll("\\", "/"));

/** @type {Map<string, string>} */
const sources = new Map();
for (const path of ours) sources.set(path, await read(path));

/** @type {string[]} */
const faults = [];
/** @type {Set<string>} */
const shown = new Set();
for (const document of documents) {
  const text = await read(document);
  for (const [, path = ""] of text.matchAll(/^<!-- snippet: ([^#\s]+)/gm)) {
    if (!sources.has(path)) sources.set(path, await read(path));
  }
  const filled = fillBlocks(text, ({ file, region }) => {
    shown.add(nameOf(file, region));
    return cutSnippet(sources.get(file) ?? "", region);
  });
  faults.push(...filled.unmarked.map((line) => `${document}:${line}: code that comes from no file`));
  if (filled.text === text) continue;
  if (check) faults.push(`${document}: its snippets are stale; run npm run snippets`);
  else {
    await writeFile(join(root, document), filled.text);
    console.log(`written: ${document}`);
  }
}
for (const path of ours) {
  const regions = regionsOf(sources.get(path) ?? "");
  const names = regions.length === 0 ? [nameOf(path)] : regions.map((region) => nameOf(path, region));
  faults.push(...names.filter((name) => !shown.has(name)).map((name) => `${name}: no document shows it`));
}

for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

/**
 * @param {string} file
 * @param {string} [region]
 */
function nameOf(file, region) {
  return region === undefined ? file : `${file}#${region}`;
}
