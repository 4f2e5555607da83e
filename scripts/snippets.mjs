// Writes the files named by `<!-- snippet: PATH -->` into the code blocks below these marks, so that no document shows
// code that was not compiled. `--check` only says whether something would change.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const check = process.argv.includes("--check");
const MARK = /(<!-- snippet: (\S+) -->\n```\w+\n)[\s\S]*?(```\n)/g;

const guides = await readdir(join(root, "docs")).catch(() => []);
const documents = ["README.md", ...guides.filter((name) => name.endsWith(".md")).map((name) => join("docs", name))];
const stale = [];
for (const document of documents) {
  const text = await readFile(join(root, document), "utf8");
  const files = new Map();
  for (const [, , path = ""] of text.matchAll(MARK)) {
    files.set(path, await readFile(join(root, path), "utf8"));
  }
  const written = text.replace(MARK, (_block, open, path, close) => open + files.get(path) + close);
  if (written === text) continue;
  stale.push(document);
  if (!check) await writeFile(join(root, document), written);
}
if (stale.length > 0) console.log(`${check ? "stale" : "written"}: ${stale.join(", ")}`);
process.exitCode = check && stale.length > 0 ? 1 : 0;
