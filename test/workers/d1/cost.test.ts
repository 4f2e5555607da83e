import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { D1Store } from "../../../src/server/storage/d1/index.ts";
import type { Offset } from "../../../src/shared/index.ts";
import { append, bytes, bytesOf, close, create, createJson, NOW } from "../../storage/contract/support.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { inObject } from "../sqlite-harness.ts";
import { empty } from "./harness.ts";
import { type Cost, Meter } from "./meter.ts";
import { objectDatabase } from "./object-database.ts";

beforeEach(empty);

/** The shape of a look at a path with nothing else. */
const ONE_LOOK: Cost = { calls: 1, statements: 1, read: 2, written: 0 };
const producer = (seq: number) => ({ id: "p", epoch: 0, seq });

function metered(owner?: string) {
  const meter = new Meter(env.DB);
  return { meter, store: new D1Store(meter.database, { clock: new FakeClock(), owner }) };
}

/** A stream "s" with some text in an open chunk. */
async function withStream() {
  const bed = metered();
  await create(bed.store, "s", { data: bytes("abc") });
  await append(bed.store, "s", "d", { producer: producer(0) });
  return bed;
}

/** Gives "s" chunks that no append makes fast enough. */
async function addChunks(store: D1Store, count: number): Promise<void> {
  await append(store, "s", "x".repeat(16 * 1024));
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO dcs_chunks SELECT k + length(data) * i, seq + i, 0, written_at, last_seq, producers, trail, data
     FROM n, (SELECT * FROM dcs_chunks ORDER BY k DESC LIMIT 1)`,
  )
    .bind(count)
    .run();
}

describe("a D1Store bills", () => {
  const read = async (store: D1Store, offset?: Offset) => bytesOf(await store.read("s", { offset }));
  const operations: [what: string, expected: Cost, run: (store: D1Store) => Promise<unknown>][] = [
    ["a plain append: 1 row", { calls: 2, statements: 3, read: 6, written: 1 }, (store) => append(store, "s", "x")],
    [
      "an append with Stream-Seq: 1 row",
      { calls: 2, statements: 3, read: 5, written: 1 },
      (store) => append(store, "s", "x", { seq: "1" }),
    ],
    [
      "an append with a producer: 2 rows",
      { calls: 2, statements: 4, read: 8, written: 2 },
      (store) => append(store, "s", "x", { producer: producer(1) }),
    ],
    [
      "an append with a new producer: 2 rows",
      { calls: 2, statements: 4, read: 5, written: 2 },
      (store) => append(store, "s", "x", { producer: { id: "q", epoch: 0, seq: 0 } }),
    ],
    [
      "an append of 2 MiB: 5 rows",
      { calls: 2, statements: 7, read: 9, written: 5 },
      (store) => append(store, "s", "x".repeat(2 ** 21)),
    ],
    ["a close: 1 row", { calls: 2, statements: 3, read: 5, written: 1 }, (store) => close(store, "s")],
    [
      "a close with a last message: 2 rows",
      { calls: 2, statements: 4, read: 7, written: 2 },
      (store) => append(store, "s", "x", { close: true }),
    ],
    ["a duplicate: none", { ...ONE_LOOK, read: 3 }, (store) => append(store, "s", "d", { producer: producer(0) })],
    ["a head: none", ONE_LOOK, (store) => store.head("s")],
    ["a read at the tail: none", ONE_LOOK, (store) => read(store, NOW)],
    ["a read of one chunk: none", { calls: 2, statements: 2, read: 3, written: 0 }, (store) => read(store)],
    ["a repeated creation: none", ONE_LOOK, (store) => create(store, "s")],
  ];
  test.each(operations)("%s", async (_what, expected, run) => {
    const { meter, store } = await withStream();
    expect(await meter.cost(() => run(store))).toEqual(expected);
  });

  test("an append to a stream with a sliding lifetime: 1 row", async () => {
    const { meter, store } = metered();
    await create(store, "s", { ttlSeconds: 100, data: bytes("x") });
    expect(await meter.cost(() => append(store, "s", "x"))).toMatchObject({ calls: 2, written: 1 });
  });

  test("a creation: 2 rows, and 2 more when it will expire", async () => {
    const { meter, store } = metered();
    await create(store, "other");
    expect(await meter.cost(() => create(store, "a"))).toMatchObject({ calls: 2, written: 2 });
    expect(await meter.cost(() => create(store, "b", { ttlSeconds: 100 }))).toMatchObject({ calls: 2, written: 4 });
  });

  test("a fork and its end: no copy of what it inherits", async () => {
    const { meter, store } = metered();
    await createJson(store, "s", `["${"x".repeat(100_000)}"]`);
    expect(await meter.cost(() => store.put("fork", { forkedFrom: "s" }))).toMatchObject({ calls: 7, written: 7 });
    expect(await meter.cost(() => store.delete("fork"))).toMatchObject({ written: 6 });
  });

  test("a deletion: a row for the stream, and one for each chunk and producer", async () => {
    const { meter, store } = await withStream();
    expect(await meter.cost(() => store.delete("s"))).toMatchObject({ calls: 3, written: 3 });
  });

  test("a deletion no more for the work of others that is overdue", async () => {
    const { meter, store } = await withStream();
    const rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)";
    await env.DB.prepare(`${rows} INSERT INTO dcs_tasks SELECT 'expire:' || i, '', 0, '{}' FROM n`).run();
    expect((await meter.cost(() => store.delete("s"))).read).toBeLessThan(20);
  });

  test("a look at planned work when there is none: two statements", async () => {
    const { meter, store } = await withStream();
    expect(await meter.cost(() => store.maintain())).toMatchObject({ calls: 2, statements: 2, written: 0 });
  });
});

// One step down from the end of a stream's keys finds the last chunk, or tells that there is none: either way one row is
// read, when the path is loaded and again when the commit looks whether anything has changed. All else is found by key.
describe.each([
  ["that shares its database", undefined],
  ["with an owner", "s"],
])("a D1Store %s reads and writes", (_kind, owner) => {
  type Append = (store: D1Store) => Promise<unknown>;
  const plain: Append = (store) => append(store, "s", "x");
  const produced =
    (id: string, seq: number): Append =>
    (store) =>
      append(store, "s", "x", { producer: { id, epoch: 0, seq } });

  async function withEmptyStream() {
    const bed = metered(owner);
    await create(bed.store, "other", { data: bytes("abc") });
    await create(bed.store, "s");
    return bed;
  }

  const beginning: [what: string, act: Append, expected: Partial<Cost>][] = [
    ["a plain append", plain, { statements: 3, read: 5, written: 1 }],
    ["an append with a producer", produced("p", 0), { statements: 4, read: 5, written: 2 }],
  ];
  test.each(beginning)("for %s the same behind 5,000 chunks as on an empty stream", async (_what, act, expected) => {
    const { meter, store } = await withEmptyStream();
    const first = await meter.cost(() => act(store));
    expect(first).toMatchObject(expected);
    await store.delete("s");
    await create(store, "s");
    await addChunks(store, 5000);
    expect(await meter.cost(() => act(store))).toEqual(first);
  });

  const extending: [what: string, act: (seq: number) => Append, expected: Partial<Cost>][] = [
    ["a plain append", () => plain, { statements: 3, read: 6, written: 1 }],
    ["an append with a producer", (seq) => produced("p", seq), { statements: 4, read: 8, written: 2 }],
  ];
  test.each(extending)(
    "for %s to a chunk the same behind 5,000 others as to the first",
    async (_what, act, expected) => {
      const { meter, store } = await withEmptyStream();
      await act(0)(store);
      const early = await meter.cost(() => act(1)(store));
      expect(early).toMatchObject(expected);
      await addChunks(store, 5000);
      await plain(store);
      expect(await meter.cost(() => act(2)(store))).toEqual(early);
    },
  );
});

test("no statement of a D1Store looks through a table", () =>
  inObject(async (storage) => {
    const scans: string[] = [];
    const clock = new FakeClock();
    const database = objectDatabase(storage, (sql, values) => {
      if (sql.startsWith("CREATE")) return;
      const plan = storage.sql.exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values);
      for (const { detail } of plan) if (/^SCAN dcs_/.test(detail)) scans.push(`${detail}: ${sql}`);
    });
    const store = new D1Store(database, { clock });
    await createJson(store, "s", "[1,2,3]", { ttlSeconds: 1000 });
    await store.append("s", bytes('"x"'), { contentType: "application/json", producer: producer(0), seq: "1" });
    await store.append("s", bytes('"y"'), { contentType: "application/json", producer: producer(1) });
    await store.put("fork", { forkedFrom: "s", data: bytes("[4]") });
    await bytesOf(await store.read("fork"));
    await store.head("fork");
    await close(store, "fork");
    await store.delete("s");
    await clock.advance(2_000_000);
    await store.maintain();
    expect(scans).toEqual([]);
  }));

describe("on a stream of 5,000 chunks a D1Store bills", () => {
  test("a head and a read at the tail what they do on a stream of one chunk", async () => {
    const { meter, store } = await withStream();
    const look = async () => {
      await store.head("s");
      await store.read("s", { offset: NOW });
    };
    const early = await meter.cost(look);
    await addChunks(store, 5000);
    expect(await meter.cost(look)).toEqual(early);
  });

  test("its deletion in steps, each of them small", async () => {
    const { meter, store } = await withStream();
    await addChunks(store, 5000);
    const first = await meter.cost(() => store.delete("s"));
    expect(first.written).toBeLessThan(200);
    expect(await store.maintain()).toBeUndefined();
    const left = await env.DB.prepare("SELECT count(*) AS n FROM dcs_chunks").first("n");
    expect(left).toBe(0);
  });
});
