import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = new URL("../../", import.meta.url);

/** `test/file.ts` or `test/folder/`: “title”, “another title” */
const CLAIM = /`(test\/[^`]+)`: ((?:“[^”]+”(?:, )?)+)/g;
/** A source file, below src/ or src/server/. */
const SOURCE = /`((?:shared|http|storage)\/[^`]+\.ts)`/g;

const read = (file: string): string => readFileSync(new URL(file, root), "utf8");

const document = read("docs/protocol.md");

const claims = [...document.matchAll(CLAIM)].flatMap(([, file = "", titles = ""]) =>
  [...titles.matchAll(/“([^”]+)”/g)].map(([, title = ""]) => ({ file, title })),
);
const sources = [...document.matchAll(SOURCE)].map(([, file = ""]) =>
  file.startsWith("shared/") ? `src/${file}` : `src/server/${file}`,
);

/** The text of a test file, or of all in a folder. */
const textOf = (place: string): string =>
  place.endsWith("/")
    ? readdirSync(new URL(place, root))
        .map((file) => read(place + file))
        .join("\n")
    : read(place);

describe("docs/protocol.md", () => {
  test("names tests that exist", () => {
    expect(claims.length).toBeGreaterThan(70);
    expect(claims.filter(({ file, title }) => !textOf(file).includes(`"${title}"`))).toEqual([]);
  });

  test("names source files that exist", () => {
    expect(sources.length).toBeGreaterThan(60);
    expect(sources.filter((file) => !existsSync(fileURLToPath(new URL(file, root))))).toEqual([]);
  });
});
