import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { D1Store } from "../../../src/server/storage/d1/index.ts";
import { append, bytes, bytesOf, close, create, createJson, NOW } from "../../storage/contract/support.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { empty } from "./harness.ts";
import { type Cost, Meter } from "./meter.ts";

beforeEach(empty);

/** The shape of a look at a path with nothing else. */
const ONE_LOOK = { calls: 1, statements: 1, written: 0 };
const producer = (seq: number) => ({ id: "p", epoch: 0, seq });

function metered() {
  const meter = new Meter(env.DB);
  return { meter, store: new D1Store(meter.database, { clock: new FakeClock() }) };
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
  const appends: [what: string, expected: Partial<Cost>, run: (store: D1Store) => Promise<unknown>][] = [
    ["a plain append: 1 row", { calls: 2, statements: 3, written: 1 }, (store) => append(store, "s", "x")],
    [
      "an append with Stream-Seq: 1 row",
      { calls: 2, statements: 3, written: 1 },
      (store) => append(store, "s", "x", { seq: "1" }),
    ],
    [
      "an append with a producer: 2 rows",
      { calls: 2, statements: 4, written: 2 },
      (store) => append(store, "s", "x", { producer: producer(1) }),
    ],
    [
      "an append with a new producer: 2 rows",
      { calls: 2, statements: 4, written: 2 },
      (store) => append(store, "s", "x", { producer: { id: "q", epoch: 0, seq: 0 } }),
    ],
    ["an append of 2 MiB: 5 rows", { calls: 2, written: 5 }, (store) => append(store, "s", "x".repeat(2 ** 21))],
    ["a close: 1 row", { calls: 2, statements: 3, written: 1 }, (store) => close(store, "s")],
    [
      "a close with a last message: 2 rows",
      { calls: 2, written: 2 },
      (store) => append(store, "s", "x", { close: true }),
    ],
    ["a duplicate: none", ONE_LOOK, (store) => append(store, "s", "d", { producer: producer(0) })],
    ["a head: none", ONE_LOOK, (store) => store.head("s")],
    ["a read at the tail: none", ONE_LOOK, async (store) => bytesOf(await store.read("s", { offset: NOW }))],
    ["a read of one chunk: none", { calls: 2, written: 0 }, async (store) => bytesOf(await store.read("s"))],
    ["a repeated creation: none", ONE_LOOK, (store) => create(store, "s")],
  ];
  test.each(appends)("%s", async (_what, expected, run) => {
    const { meter, store } = await withStream();
    const cost = await meter.cost(() => run(store));
    expect(cost).toMatchObject(expected);
    expect(cost.read).toBeLessThanOrEqual(16);
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

  test("a look at planned work when there is none: two statements", async () => {
    const { meter, store } = await withStream();
    expect(await meter.cost(() => store.maintain())).toMatchObject({ calls: 2, statements: 2, written: 0 });
  });
});

describe("on a stream of 5,000 chunks a D1Store bills", () => {
  test("an append what it does on a stream of one chunk", async () => {
    const { meter, store } = await withStream();
    await append(store, "s", "x".repeat(16 * 1024));
    const early = await meter.cost(() => append(store, "s", "x"));
    await addChunks(store, 5000);
    const late = await meter.cost(() => append(store, "s", "x"));
    expect(late).toEqual(early);
  });

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
