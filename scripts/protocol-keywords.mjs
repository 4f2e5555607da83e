// Lists where PROTOCOL.md says MUST, MUST NOT, SHOULD and SHOULD NOT: protocol-keywords.mjs FILE [--sentences]
//
// test/docs/protocol.test.ts has the counts, and checks that docs/protocol.md accounts for every one of them. Run this on
// a new edition of the protocol: the difference says where to look.
import { readFile } from "node:fs/promises";

const [file, ...flags] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: protocol-keywords.mjs FILE [--sentences]");

const HEADING = /^#+ (?:(\d+(?:\.\d+)*)\.? )?/;
const KEYWORD = /\b(?:MUST|SHOULD)(?: NOT)?\b/g;
/** Says what the words mean; there is nothing to fulfil. */
const TERMINOLOGY = "2";

/** @type {Map<string, Map<string, number>>} */
const sections = new Map();
let section = "";
let isCode = false;
for (const [index, line] of (await readFile(file, "utf8")).split("\n").entries()) {
  if (/^\s*```/.test(line)) isCode = !isCode;
  if (isCode) continue;
  section = HEADING.exec(line)?.[1] ?? section;
  if (section === TERMINOLOGY) continue;
  const text = line.replaceAll("**", "");
  for (const [keyword] of text.matchAll(KEYWORD)) {
    const counts = sections.get(section) ?? new Map();
    sections.set(section, counts.set(keyword, (counts.get(keyword) ?? 0) + 1));
  }
  if (flags.includes("--sentences") && text.search(KEYWORD) >= 0)
    console.log(`${section} (${index + 1}): ${text.trim()}`);
}
if (!flags.includes("--sentences")) {
  console.log(
    JSON.stringify(
      Object.fromEntries([...sections].map(([name, counts]) => [name, Object.fromEntries(counts)])),
      null,
      2,
    ),
  );
}
