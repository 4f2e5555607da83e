// The code blocks of a document, and the snippets that they show.

/** What is compiled, and therefore comes from a file. Commands and plain text are typed. */
const COMPILED = new Set(["ts", "tsx", "js", "mjs", "json", "jsonc", "html"]);

const MARK = /^<!-- snippet: (?<file>[^#\s]+)(?:#(?<region>[\w-]+))? -->$/;
const FENCE = /^(?<fence>`{3,}|~{3,})(?<language>\w*)/;
const REGION = /^\s*(?:\/\/|<!--) #(?<edge>region|endregion) (?<name>[\w-]+)(?: -->)?\s*$/;

/**
 * @typedef {{ file: string, region: string | undefined }} Reference What a mark names.
 * @typedef {{ text: string, references: Reference[], unmarked: number[] }} Filled `unmarked`: the lines, from 1, of compiled
 * code without a mark.
 */

/**
 * Puts snippets into the code blocks below their marks.
 *
 * @param {string} document
 * @param {(reference: Reference) => string} snippet The text of a snippet, its last line ended.
 * @returns {Filled}
 */
export function fillBlocks(document, snippet) {
  const lines = document.split("\n");
  /** @type {string[]} */
  const filled = [];
  /** @type {Reference[]} */
  const references = [];
  /** @type {number[]} */
  const unmarked = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    filled.push(line);
    const { fence, language = "" } = FENCE.exec(line)?.groups ?? {};
    if (fence === undefined) continue;
    const end = lines.indexOf(fence, at + 1);
    if (end < 0) throw new Error(`The code block of line ${at + 1} has no end`);
    const { file, region } = MARK.exec(lines[at - 1] ?? "")?.groups ?? {};
    if (file !== undefined) {
      const reference = { file, region };
      references.push(reference);
      filled.push(...snippet(reference).split("\n").slice(0, -1), fence);
    } else {
      if (COMPILED.has(language)) unmarked.push(at + 1);
      filled.push(...lines.slice(at + 1, end + 1));
    }
    at = end;
  }
  return { text: filled.join("\n"), references, unmarked };
}

/**
 * Cuts a snippet out of a file: all of it, or what lies between `// #region NAME` and `// #endregion NAME`, moved to the
 * left. The marks of other regions are left out.
 *
 * @param {string} source
 * @param {string | undefined} region
 */
export function cutSnippet(source, region) {
  const lines = source.split("\n");
  if (region === undefined) return lines.filter((line) => !REGION.test(line)).join("\n");
  const [start, end] = ["region", "endregion"].map((edge) =>
    lines.findIndex((line) => {
      const groups = REGION.exec(line)?.groups;
      return groups?.edge === edge && groups.name === region;
    }),
  );
  if (start === undefined || end === undefined || start < 0 || end < start) {
    throw new Error(`There is no region ${region}`);
  }
  const inside = lines.slice(start + 1, end).filter((line) => !REGION.test(line));
  const indents = inside.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indents);
  return inside.map((line) => `${line.slice(indent)}\n`).join("");
}

/**
 * The names of a file's regions.
 *
 * @param {string} source
 */
export function regionsOf(source) {
  const names = source.split("\n").map((line) => REGION.exec(line)?.groups);
  return names.flatMap((groups) => (groups?.edge === "region" && groups.name !== undefined ? [groups.name] : []));
}
