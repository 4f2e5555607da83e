import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { R2Store } from "../../../src/server/storage/r2/index.ts";
import { append, bytes, bytesOf, close, contentOf, create, createJson, NOW } from "../../storage/contract/support.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { empty, keys } from "./harness.ts";
import { type Cost, Meter } from "./meter.ts";

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
const LOOK = { b: 2 };

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

describe("a new process bills", () => {
  test("a read of two appends: what it takes to find the end, and an object for each", async () => {
    const { meter } = await withStream();
    const next = new R2Store(meter.bucket);
    expect(await meter.cost(async () => bytesOf(await next.read("s")))).toEqual({ a: 0, b: 7, free: 0 });
  });
});

describe("on a stream of 10,000 small appends an R2Store bills", () => {
  const APPENDS = 10_000;

  test(
    "an append what it does on a stream of one, and a new process tens of requests to read it all",
    async () => {
      const { meter, clock, store } = await withStream("s");
      const act = async () => {
        await append(store, "s", "x");
        await store.head("s");
        await bytesOf(await store.read("s", { offset: NOW }));
      };
      const early = await meter.cost(act);
      const written = await meter.cost(async () => {
        for (let i = 0; i < APPENDS; i++) await append(store, "s", `${i},`);
      });
      expect(await meter.cost(act)).toEqual(early);
      expect(written.a).toBeLessThan(1.03 * APPENDS);
      expect(written.b).toBeLessThan(0.05 * APPENDS);
      const content = `abcdx${Array.from({ length: APPENDS }, (_, i) => `${i},`).join("")}x`;
      const readAnew = async () => {
        const next = new R2Store(meter.bucket, { clock });
        const cost = await meter.cost(async () => expect(await contentOf(next, "s")).toBe(content));
        expect(cost).toMatchObject({ a: 0, free: 0 });
        expect(cost.b).toBeLessThan(100);
        return cost.b;
      };
      const unfreed = await readAnew();
      await clock.advance(2 * 3_600_000);
      const freeing = await meter.cost(() => store.maintain());
      const left = await keys("dcs/streams/");
      expect(left.length).toBeLessThan(100);
      const freed = await readAnew();
      console.log(`10,000 appends: ${JSON.stringify({ written, unfreed, freeing, left: left.length, freed })}`);
    },
    4 * TIMEOUT_MS,
  );
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
