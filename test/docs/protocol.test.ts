import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { read, root } from "./documents.ts";

/**
 * How often each section of PROTOCOL.md uses the words, as `node scripts/protocol-keywords.mjs PROTOCOL.md` counts them in
 * the edition whose SHA-256 is b8f39bcfe479079c07179b909be23c0a19714892265f3c788949b043c910552f. §2, which says what the
 * words mean, is left out.
 */
const KEYWORDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "4": { "SHOULD NOT": 1 },
  "4.1": { MUST: 2, "SHOULD NOT": 1 },
  "4.2": { MUST: 5, "MUST NOT": 1, "SHOULD NOT": 1 },
  "5.1": { MUST: 5, SHOULD: 2 },
  "5.2": { SHOULD: 5, MUST: 9, "MUST NOT": 1, "SHOULD NOT": 1 },
  "5.2.1": { MUST: 6, SHOULD: 3 },
  "5.4": { MUST: 2 },
  "5.5": { SHOULD: 1 },
  "5.6": { SHOULD: 2, MUST: 4, "SHOULD NOT": 2 },
  "5.7": { MUST: 10, "MUST NOT": 2 },
  "5.8": { MUST: 18, "MUST NOT": 2, SHOULD: 1 },
  "6": { MUST: 1 },
  "6.2": { MUST: 6, "MUST NOT": 1 },
  "6.3": { MUST: 2, "MUST NOT": 1 },
  "6.5": { MUST: 5, SHOULD: 3 },
  "7.1": { SHOULD: 1, MUST: 4 },
  "7.2": { MUST: 3 },
  "7.3": { MUST: 3 },
  "8": { "MUST NOT": 5, MUST: 19, SHOULD: 4 },
  "9.1.1": { MUST: 2 },
  "9.1.2": { MUST: 1 },
  "9.1.3": { MUST: 1 },
  "9.1.4": { MUST: 2 },
  "9.1.5": { MUST: 3 },
  "10.1": { SHOULD: 5, MUST: 8, "SHOULD NOT": 1 },
  "10.2": { SHOULD: 1 },
  "11": { SHOULD: 1 },
  "11.1": { SHOULD: 5, "MUST NOT": 1, MUST: 2 },
  "12.1": { SHOULD: 1, MUST: 1 },
  "12.2": { MUST: 1, SHOULD: 1 },
  "12.3": { MUST: 1, "MUST NOT": 1 },
  "12.4": { MUST: 1 },
  "12.5": { SHOULD: 1 },
  "12.6": { MUST: 1 },
  "12.7": { SHOULD: 4 },
  "12.8": { MUST: 2, SHOULD: 2 },
  "12.9": { MUST: 2, SHOULD: 1 },
  "12.10": { SHOULD: 2 },
  "12.11": { MUST: 1 },
  "13.1": { SHOULD: 2 },
};

/** `test/file.ts` or `test/folder/`: “title”, “another title” */
const CLAIM = /`(test\/[^`]+)`: ((?:“[^”]+”(?:, )?)+)/g;
/** A source file or folder, below src/ or src/server/. */
const SOURCE = /`((?:shared|client|http|storage|durable-object)\/[^`]*(?:\.ts|\/))`/g;
/** Why a row names no test. */
const REASONS =
  /\b(?:differs|not supported|not applicable|not tested)\b|^here: |^the conformance suite|^the platform's: /;

const document = read("docs/protocol.md");

const claimsIn = (text: string): { file: string; title: string }[] =>
  [...text.matchAll(CLAIM)].flatMap(([, file = "", titles = ""]) =>
    [...titles.matchAll(/“([^”]+)”/g)].map(([, title = ""]) => ({ file, title })),
  );

const sources = [...document.matchAll(SOURCE)].map(([, path = ""]) =>
  /^(?:shared|client)\//.test(path) ? `src/${path}` : `src/server/${path}`,
);

/** The rows of all tables: those whose first cell is the number of a section. */
const rows = document.split("\n").flatMap((line) => {
  const cells = line.split("|").map((cell) => cell.trim());
  const [, section = "", asks = "", rule = "", where = "", shown = ""] = cells;
  return /^\d+(?:\.\d+)*$/.test(section) ? [{ section, asks, rule, where, shown, cells: cells.length }] : [];
});

/** The text of a test file, or of all in a folder. */
const textOf = (place: string): string =>
  place.endsWith("/")
    ? readdirSync(new URL(place, root))
        .filter((file) => file.endsWith(".ts"))
        .map((file) => read(place + file))
        .join("\n")
    : read(place);

/** What the rows say that each section asks for, in the form of {@link KEYWORDS}. */
function countAsked(): Record<string, Record<string, number>> {
  const sections: Record<string, Record<string, number>> = {};
  for (const { section, asks } of rows) {
    for (const ask of asks === "" ? [] : asks.split(", ")) {
      const [, keyword, times = "1"] = /^((?:MUST|SHOULD)(?: NOT)?)(?: ×(\d+))?$/.exec(ask) ?? [];
      if (keyword === undefined) throw new Error(`§${section} asks “${ask}”`);
      const counts = sections[section] ?? {};
      sections[section] = { ...counts, [keyword]: (counts[keyword] ?? 0) + Number(times) };
    }
  }
  return sections;
}

describe("docs/protocol.md", () => {
  test("accounts for every MUST, MUST NOT, SHOULD and SHOULD NOT of the protocol", () => {
    expect(countAsked()).toEqual(KEYWORDS);
  });

  test("has a test for every row, or a reason", () => {
    expect(rows.length).toBeGreaterThan(120);
    expect(rows.filter(({ cells }) => cells !== 7)).toEqual([]);
    expect(rows.filter(({ shown }) => claimsIn(shown).length === 0 && !REASONS.test(shown))).toEqual([]);
  });

  test("names tests that exist", () => {
    const claims = claimsIn(document);
    expect(claims.length).toBeGreaterThan(150);
    expect(claims.filter(({ file, title }) => !textOf(file).includes(`"${title}"`))).toEqual([]);
  });

  test("names sources that exist", () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });
});
