import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { R2Store } from "../../../src/server/storage/r2/index.ts";
import { append, bytes, bytesOf, close, contentOf, create, createJson, NOW } from "../../storage/contract/support.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { empty, keys } from "./harness.ts";
import { type Cost, Meter } from "./meter.ts";
import { messageOf, putRolledUp } from "./rolled-up.ts";

const TIMEOUT_MS = 60_000;

beforeEach(empty, TIMEOUT_MS);

const producer = (seq: number) => ({ id: "p", epoch: 0, seq });

function metered(owner?: string) {
  const meter = new Meter(env.BUCKET);
  const clock = new FakeClock();
  return { meter, clock, store: new R2Store(meter.bucket, { clock, owner }) };
}

/** A stream "s" with some text. */
async function withStream(owner?: string) {
  const bed = metered(owner);
  await create(bed.store, "s", { data: bytes("abc") });
  await append(bed.store, "s", "d", { producer: producer(0) });
  return bed;
}

/** What a store asks for to know that nothing has changed. */
const LOOK = { b: 1 };

describe("an R2Store that shares its bucket bills", () => {
  const operations: [what: string, expected: Cost, run: (store: R2Store) => Promise<unknown>][] = [
    ["a plain append", { a: 1, ...LOOK, free: 0 }, (store) => append(store, "s", "x")],
    ["an append with Stream-Seq", { a: 1, ...LOOK, free: 0 }, (store) => append(store, "s", "x", { seq: "1" })],
    [
      "an append with a producer",
      { a: 1, ...LOOK, free: 0 },
      (store) => append(store, "s", "x", { producer: producer(1) }),
    ],
    ["an append of 3 MiB", { a: 1, ...LOOK, free: 0 }, (store) => append(store, "s", "x".repeat(3 * 2 ** 20))],
    ["a close", { a: 1, ...LOOK, free: 0 }, (store) => close(store, "s")],
    ["a duplicate", { a: 0, ...LOOK, free: 0 }, (store) => append(store, "s", "d", { producer: producer(0) })],
    ["a head", { a: 0, ...LOOK, free: 0 }, (store) => store.head("s")],
    [
      "a read at the tail",
      { a: 0, ...LOOK, free: 0 },
      async (store) => bytesOf(await store.read("s", { offset: NOW })),
    ],
    ["a read of what it wrote itself", { a: 0, ...LOOK, free: 0 }, async (store) => bytesOf(await store.read("s"))],
    ["a creation", { a: 1, b: 1, free: 0 }, (store) => create(store, "t")],
    ["a creation with content", { a: 3, b: 1, free: 1 }, (store) => create(store, "t", { data: bytes("x") })],
    ["a creation with a lifetime", { a: 2, b: 1, free: 0 }, (store) => create(store, "t", { ttlSeconds: 100 })],
    ["a deletion", { a: 4, ...LOOK, free: 0 }, (store) => store.delete("s")],
  ];
  test.each(operations)("%s", async (_what, expected, run) => {
    const { meter, store } = await withStream();
    expect(await meter.cost(() => run(store))).toEqual(expected);
  });
});

describe("an R2Store with an owner bills", () => {
  const operations: [what: string, expected: Cost, run: (store: R2Store) => Promise<unknown>][] = [
    ["an append: one object and no look", { a: 1, b: 0, free: 0 }, (store) => append(store, "s", "x")],
    ["a duplicate: nothing", { a: 0, b: 0, free: 0 }, (store) => append(store, "s", "d", { producer: producer(0) })],
    ["a head: nothing", { a: 0, b: 0, free: 0 }, (store) => store.head("s")],
    [
      "a read of what it wrote itself: nothing",
      { a: 0, b: 0, free: 0 },
      async (store) => bytesOf(await store.read("s")),
    ],
  ];
  test.each(operations)("%s", async (_what, expected, run) => {
    const { meter, store } = await withStream("s");
    expect(await meter.cost(() => run(store))).toEqual(expected);
  });
});

describe("freeing a deleted stream", () => {
  test.each([1, 30])("of %i appends bills the same", async (appends) => {
    const { meter, store } = metered();
    await create(store, "s");
    for (let i = 0; i < appends; i++) await append(store, "s", "x");
    await store.delete("s");
    expect(await meter.cost(() => store.maintain())).toEqual({ a: 6, b: 4, free: 2 });
  });
});

describe("a new process bills", () => {
  test("a read of two appends: what it takes to find the end, and an object for each", async () => {
    const { meter } = await withStream();
    const next = new R2Store(meter.bucket);
    expect(await meter.cost(async () => bytesOf(await next.read("s")))).toEqual({ a: 0, b: 7, free: 0 });
  });
});

describe("on a stream of 10,000 small appends an R2Store bills", () => {
  /** The appends that follow complete a segment of the second level on their way. */
  const PREPARED = 124 * 64 - 1;
  const APPENDS = 10_000 - PREPARED;

  test(
    "segments and their freeing a few percent of the appends, and a reader tens of requests",
    async () => {
      const { meter, clock } = metered();
      await putRolledUp("s", PREPARED, clock.now());
      let due = Number.POSITIVE_INFINITY;
      const onPlanned = (next: number): void => {
        due = next;
      };
      const store = new R2Store(meter.bucket, { clock, owner: "s", onPlanned });
      await store.head("s");
      // An append every two seconds, and work done when it is due, as in an object.
      const written = await meter.cost(async () => {
        for (let i = PREPARED; i < PREPARED + APPENDS; i++) {
          await append(store, "s", messageOf(i));
          if (i % 64 > 0) continue;
          await clock.advance(128_000);
          if (clock.now() >= due) due = (await store.maintain()) ?? Number.POSITIVE_INFINITY;
        }
      });
      expect(written.a / APPENDS).toBeGreaterThan(1.02);
      expect(written.a / APPENDS).toBeLessThan(1.03);
      expect(written.b / APPENDS).toBeLessThan(0.05);
      const unfreed = await costOfReadingAll(meter, clock);
      await clock.advance(2 * 3_600_000);
      const freeing = await meter.cost(() => store.maintain());
      const left = await keys("dcs/streams/");
      expect(left.length).toBeLessThan(60);
      const freed = await costOfReadingAll(meter, clock);
      const perAppend = { a: written.a / APPENDS, b: written.b / APPENDS };
      console.log(JSON.stringify({ perAppend, written, unfreed, freeing, left: left.length, freed }));
    },
    4 * TIMEOUT_MS,
  );

  test("a few percent of the appends for segments where instances share the bucket", async () => {
    const appends = 11 * 64;
    const { meter, clock, store } = metered();
    await putRolledUp("s", 9983, clock.now());
    await store.head("s");
    const { a, b } = await meter.cost(async () => {
      for (let i = 0; i < appends; i++) await append(store, "s", "x");
    });
    expect(a / appends).toBeGreaterThan(1.01);
    expect(a / appends).toBeLessThan(1.03);
    // A segment of the second level takes 64 reads more, which is 0.02 for each append.
    expect(b / appends).toBeLessThan(1.08);
    console.log(JSON.stringify({ a: a / appends, b: b / appends }));
  });

  const ways: [how: string, owner: string | undefined, expected: Cost][] = [
    ["shared", undefined, { a: 1, ...LOOK, free: 0 }],
    ["under an owner", "s", { a: 1, b: 0, free: 0 }],
  ];
  test.each(ways)("an append what it bills on a stream of none, %s", async (_how, owner, expected) => {
    const { meter, clock } = metered();
    await putRolledUp("s", 9983, clock.now());
    const store = new R2Store(meter.bucket, { clock, owner });
    await create(store, "empty");
    await store.head("s");
    for (const path of ["s", "empty"]) {
      expect(await meter.cost(() => append(store, path, "x"))).toEqual(expected);
      expect(await meter.cost(() => append(store, path, "x", { producer: producer(0) }))).toEqual(expected);
    }
  });

  async function costOfReadingAll(meter: Meter, clock: FakeClock): Promise<number> {
    const next = new R2Store(meter.bucket, { clock });
    const content = Array.from({ length: PREPARED + APPENDS }, (_, i) => messageOf(i)).join("");
    const { a, b, free } = await meter.cost(async () => expect((await contentOf(next, "s")) === content).toBe(true));
    expect([a, free]).toEqual([0, 0]);
    expect(b).toBeLessThan(100);
    return b;
  }
});

describe("a fork", () => {
  test("copies nothing of what it inherits", async () => {
    const { meter, store } = metered();
    await createJson(store, "s", `["${"x".repeat(100_000)}"]`);
    const cost = await meter.cost(() => store.put("fork", { forkedFrom: "s" }));
    expect(cost.a).toBeLessThanOrEqual(5);
    expect(cost.b).toBeLessThanOrEqual(12);
  });
});
