import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as client from "../../src/client/index.ts";
import * as shared from "../../src/shared/index.ts";
import { EVERY_ERROR } from "../shared/errors/support.ts";

const document = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");

/** Tags of all classes that entry points export. */
const tags = Object.keys({ ...shared, ...client }).filter((name) => /^[A-Z]\w+Error$/.test(name));

const samples: readonly shared.StreamError[] = [
  ...EVERY_ERROR,
  ...([400, 414, 431] as const).map((status) => new shared.InvalidRequestError({ parameter: "path", status })),
];

/** A row of the table: [`Tag`](#anchor) | statuses | headers */
const ROW = /^\| \[`(\w+)`\]\(#(\w+)\) +\| ([\d, ]+|none) +\|(.*)\|$/gm;
const rows = [...document.matchAll(ROW)].map(([, tag = "", anchor = "", statuses = "", headers = ""]) => ({
  tag,
  anchor,
  statuses: statuses.trim(),
  headers: [...headers.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
}));

/** What the server answers with; a 500 is what escapes of errors that only a client meets. */
function answered(tag: string): { statuses: string; headers: string[] } {
  const errors = samples.filter((error) => error._tag === tag);
  const statuses = new Set(errors.map(shared.streamErrorStatus).filter((status) => status !== 500));
  const headers = new Set(errors.flatMap((error) => Object.keys(shared.streamErrorHeaders(error))));
  return { statuses: [...statuses].sort((a, b) => a - b).join(", ") || "none", headers: [...headers].sort() };
}

describe("docs/errors.md", () => {
  test("has a row for every error, and for nothing else", () => {
    expect(tags).toEqual(expect.arrayContaining(["StreamGoneError", "SchemaError"]));
    expect(rows.map(({ tag }) => tag).sort()).toEqual([...tags].sort());
  });

  test.each(rows)("tells status and headers of $tag", ({ tag, statuses, headers }) => {
    expect({ statuses, headers: headers.sort() }).toEqual(answered(tag));
  });

  test.each(rows)("says of $tag why, and what to do", ({ tag, anchor }) => {
    const [, section = ""] = document.split(`\n### ${tag}\n`);
    const [text = ""] = section.split(/\n##/);
    expect(text).toMatch(/\*\*Why:\*\* \S[\s\S]+\*\*Do:\*\* \S/);
    expect(anchor).toBe(tag.toLowerCase());
  });

  test.each(EVERY_ERROR)("names every fact of $_tag", ({ _tag, ...facts }) => {
    const [, section = ""] = document.split(`\n### ${_tag}\n`);
    const [text = ""] = section.split(/\n##/);
    const names = Object.keys(facts).filter((name) => name !== "name");
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});
