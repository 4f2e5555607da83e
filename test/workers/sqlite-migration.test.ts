import { describe, expect, test } from "vitest";
import { SqliteStore } from "../../src/server/storage/sqlite/index.ts";
import { SCHEMA } from "../../src/server/storage/sqlite/schema.ts";
import { append, contentOf } from "../storage/contract/support.ts";
import { inObject } from "./sqlite-harness.ts";

const KIB = 1024;

/** The tables as version 1 made them: a chunk was as long as its data. */
function makeVersion1({ sql }: DurableObjectStorage, contents: readonly string[]): void {
  for (const statement of SCHEMA) sql.exec(statement.replace("size INTEGER NOT NULL,", ""));
  sql.exec("INSERT INTO dcs_meta VALUES ('schema_version', 1), ('next_number', 1)");
  sql.exec(
    `INSERT INTO dcs_streams (path, number, stream_id, content_type, created_at, touched_at, base_pos, base_seq)
      VALUES ('s', 1, 'identity', 'text/plain', 1, 1, 0, 0)`,
  );
  let start = 0;
  for (const [seq, content] of contents.entries()) {
    const insert =
      "INSERT INTO dcs_chunks (k, seq, lead, written_at, last_seq, producers, data) VALUES (?, ?, 0, 1, NULL, 0, ?)";
    sql.exec(insert, 2 ** 40 + start, seq, new TextEncoder().encode(content));
    start += content.length;
  }
}

describe("tables of version 1", () => {
  test.each([
    ["a short chunk", ["abc"]],
    ["a chunk that is given room", ["x".repeat(5 * KIB)]],
    ["sealed chunks and an open one", ["y".repeat(20 * KIB), "z".repeat(17 * KIB), "w".repeat(10)]],
  ])("with %s are read and written on", (_name, contents) =>
    inObject(async (storage) => {
      makeVersion1(storage, contents);
      const whole = contents.join("");
      const store = new SqliteStore(storage);
      expect(await contentOf(store, "s")).toBe(whole);
      for (const text of ["one", "two", "v".repeat(20 * KIB), "three"]) await append(store, "s", text);
      const expected = `${whole}onetwo${"v".repeat(20 * KIB)}three`;
      expect(await contentOf(store, "s")).toBe(expected);
      expect(await contentOf(new SqliteStore(storage), "s")).toBe(expected);
      const version = "SELECT value FROM dcs_meta WHERE key = 'schema_version'";
      expect(storage.sql.exec(version).one()).toEqual({ value: 2 });
    }),
  );
});

test("tables of a later version are left alone, and the error says what to do", () =>
  inObject(async (storage) => {
    const store = new SqliteStore(storage);
    await store.put("s");
    storage.sql.exec("UPDATE dcs_meta SET value = 99 WHERE key = 'schema_version'");
    await expect(new SqliteStore(storage).head("s")).rejects.toThrow(/version 99: go back/);
    expect(() => new SqliteStore(storage).initialize()).toThrow(/version 99/);
  }));
