import { describe, expect, test } from "vitest";
import { cutSnippet, fillBlocks, regionsOf } from "../../scripts/snippets/blocks.mjs";

const SOURCE = `import x from "x";

// #region outer
export function f() {
  // #region inner
  const a = 1;

  if (a) {
    f();
  }
  // #endregion inner
}
// #endregion outer
`;

describe("a snippet", () => {
  test("is a region, moved to the left", () => {
    expect(cutSnippet(SOURCE, "inner")).toBe("const a = 1;\n\nif (a) {\n  f();\n}\n");
  });

  test("leaves out the marks of regions inside it", () => {
    expect(cutSnippet(SOURCE, "outer")).toBe("export function f() {\n  const a = 1;\n\n  if (a) {\n    f();\n  }\n}\n");
  });

  test("is a whole file without a region", () => {
    expect(cutSnippet("a\n// #region r\nb\n// #endregion r\n", undefined)).toBe("a\nb\n");
  });

  test("of a region that is not there is an error", () => {
    expect(() => cutSnippet(SOURCE, "other")).toThrow("There is no region other");
  });

  test("has its name in the list of regions", () => {
    expect(regionsOf(SOURCE)).toEqual(["outer", "inner"]);
  });
});

describe("a document", () => {
  test("gets the snippets that its marks name, and keeps everything else", () => {
    const document = "Text\n\n<!-- snippet: a.ts#r -->\n```ts\nold\n```\n\n```sh\nls\n```\nEnd\n";
    const { text, references } = fillBlocks(document, ({ file, region }) => `${file} ${region}\nmore\n`);
    expect(text).toBe("Text\n\n<!-- snippet: a.ts#r -->\n```ts\na.ts r\nmore\n```\n\n```sh\nls\n```\nEnd\n");
    expect(references).toEqual([{ file: "a.ts", region: "r" }]);
  });

  test("may not show code that comes from no file", () => {
    const document = "```ts\nlet x: any;\n```\n\n```jsonc\n{}\n```\n\n```sh\nls\n```\n\n```\nplain\n```\n";
    expect(fillBlocks(document, () => "").unmarked).toEqual([1, 5]);
  });

  test("with a block that does not end is an error", () => {
    expect(() => fillBlocks("```ts\n", () => "")).toThrow("line 1 has no end");
  });
});
