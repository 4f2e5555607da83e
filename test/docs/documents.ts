import { readdirSync, readFileSync } from "node:fs";

/** The folder of the project. */
export const root = new URL("../../", import.meta.url);

/** The text of a file, by its path from the root. */
export const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

const markdownIn = (folder: string): string[] =>
  readdirSync(new URL(folder || ".", root))
    .filter((name) => name.endsWith(".md"))
    .map((name) => folder + name);

const examples = readdirSync(new URL("examples/", root), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => markdownIn(`examples/${name}/`));

/** What people read: paths from the root. */
export const documents: readonly string[] = [
  ...markdownIn("./").map((path) => path.slice(2)),
  ...markdownIn("docs/"),
  ...examples,
];

/** A document without its code blocks: what is prose, and can have links and headings. */
export const proseOf = (text: string): string => text.replaceAll(/^(`{3,}|~{3,}).*\n[\s\S]*?^\1$/gm, "");

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .trim()
      .replaceAll(" ", "-");
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}
