import { describe, expect, test } from "vitest";
import { planAppend } from "../../../src/server/storage/d1/append-statements.ts";
import { D1Store } from "../../../src/server/storage/d1/index.ts";
import { MAX_POSITION } from "../../../src/server/storage/d1/schema.ts";
import { Body } from "../../../src/server/storage/engine/body.ts";
import { append, bytes, bytesOf, contentOf, create } from "../../storage/contract/support.ts";
import { HastyClock } from "../shared/hasty-clock.ts";
import { inObject } from "../sqlite-harness.ts";
import { intercept } from "./intercept.ts";
import { objectDatabase } from "./object-database.ts";

/** What D1 allows to a statement (https://developers.cloudflare.com/d1/platform/limits/). */
const MAX_PARAMETERS = 100;
const MAX_STATEMENT_BYTES = 100_000;
const MAX_VALUE_BYTES = 2_000_000;
/** Queries that an invocation of a Worker may make on a paid plan. */
const MAX_QUERIES = 1000;

const LAST_NUMBER = 2 ** 27 - 2;

describe("a database", () => {
  test("that has had 134 million streams takes no more, and serves the last one", () =>
    inObject(async (storage) => {
      const store = new D1Store(objectDatabase(storage), { clock: new HastyClock() });
      await create(store, "first", { data: bytes("abc") });
      storage.sql.exec("UPDATE dcs_meta SET value = ? WHERE key = 'next_number'", LAST_NUMBER - 1);
      await create(store, "last", { data: bytes("d") });
      await append(store, "last", "e");
      expect(await contentOf(store, "last")).toBe("de");
      await expect(create(store, "one-more")).rejects.toThrow("CHECK constraint failed");
      expect(await contentOf(store, "last")).toBe("de");
      expect(await contentOf(store, "first")).toBe("abc");
    }));

  test("takes no byte that its keys cannot name", () => {
    const limits = { maxBytes: 1000, coalesceBelow: 10 };
    const plan = (pos: number) =>
      planAppend(
        {
          stored: undefined,
          state: undefined,
          tail: { pos, seq: 0 },
          append: { framed: new Body(bytes("xy"), false).framed(false, "refuse"), at: 0, seq: undefined },
          producer: undefined,
          id: "0123456789ab",
        },
        limits,
      );
    expect(plan(MAX_POSITION - 2).tail.pos).toBe(MAX_POSITION);
    expect(() => plan(MAX_POSITION - 1)).toThrow(RangeError);
  });
});

describe("with a body of 16 MiB", () => {
  test("every statement stays within D1's limits", () =>
    inObject(async (storage) => {
      let queries = 0;
      let parameters = 0;
      let statementBytes = 0;
      let valueBytes = 0;
      const note = (sql: string, values: readonly unknown[]): void => {
        queries += 1;
        parameters = Math.max(parameters, values.length);
        statementBytes = Math.max(statementBytes, bytes(sql).length);
        for (const value of values) valueBytes = Math.max(valueBytes, String(value).length);
      };
      const database = objectDatabase(storage, note);
      const store = new D1Store(intercept(database, (run) => run()));
      await create(store, "s");
      const body = new Uint8Array(16 * 1024 * 1024).fill(0x78);
      queries = 0;
      await store.append("s", body, { contentType: "text/plain", seq: "1", producer: { id: "p", epoch: 0, seq: 0 } });
      expect(parameters).toBeLessThanOrEqual(MAX_PARAMETERS);
      expect(statementBytes).toBeLessThanOrEqual(MAX_STATEMENT_BYTES);
      expect(valueBytes).toBeLessThanOrEqual(MAX_VALUE_BYTES);
      expect(valueBytes).toBeGreaterThan(1_000_000);
      expect(queries).toBeLessThanOrEqual(MAX_QUERIES);
      const rows = storage.sql.exec<{ largest: number }>("SELECT max(length(data)) AS largest FROM dcs_chunks").one();
      expect(rows.largest).toBeLessThanOrEqual(MAX_VALUE_BYTES);
    }));
});

test("a page asks for 256 KiB at a time, and reads each row once and one more with each query", () =>
  inObject(async (storage) => {
    const chunks = 512;
    let queries = 0;
    let rows = 0;
    const database = objectDatabase(storage, () => {
      queries += 1;
    });
    const store = new D1Store(
      intercept(database, async (run) => {
        const answer = await run();
        const results: unknown[] = Array.isArray(answer) ? answer : [answer];
        for (const result of results) rows += rowsReadOf(result);
        return answer;
      }),
    );
    await create(store, "s", { data: bytes("x".repeat(16 * 1024)) });
    storage.sql.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO dcs_chunks SELECT k + length(data) * i, seq + i, 0, written_at, last_seq, producers, trail, data
       FROM n, dcs_chunks`,
      chunks - 1,
    );
    queries = 0;
    rows = 0;
    expect(await bytesOf(await store.read("s"))).toHaveLength(8 * 1024 * 1024);
    expect(queries).toBeLessThanOrEqual(34);
    expect(rows).toBeLessThanOrEqual(chunks + queries);
  }));

function rowsReadOf(result: unknown): number {
  const meta: unknown = typeof result === "object" && result !== null ? Reflect.get(result, "meta") : undefined;
  return typeof meta === "object" && meta !== null ? Number(Reflect.get(meta, "rows_read")) : Number.NaN;
}
