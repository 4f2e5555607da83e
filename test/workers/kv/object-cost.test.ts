import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { KVStore } from "../../../src/server/storage/kv/index.ts";
import { append, bytesOf, create, NOW } from "../../storage/contract/support.ts";
import { FakeClock, settled } from "../../support/fake-clock.ts";
import { RowMeter } from "../row-meter.ts";
import { inObject } from "../sqlite-harness.ts";
import { Counter } from "./counter.ts";
import { freshPrefix } from "./harness.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const producer = { id: "p", epoch: 0, seq: 0 };
const NOTHING = { get: 0, put: 0, delete: 0, list: 0 };

interface Bed {
  readonly store: KVStore;
  readonly counter: Counter;
  /** KV calls and rows written by an operation, with the moving that it starts. */
  cost(operation: () => Promise<unknown>): Promise<object>;
  /** Rows read as well. */
  costWithReads(operation: () => Promise<unknown>): Promise<object>;
}

const metered = (body: (bed: Bed) => Promise<void>): Promise<void> =>
  inObject((storage) => {
    const counter = new Counter(env.KV);
    const meter = new RowMeter(storage);
    const store = new KVStore(counter.namespace, {
      state: meter.storage,
      clock: new FakeClock(),
      prefix: freshPrefix(),
    });
    const costWithReads = async (operation: () => Promise<unknown>) => {
      let calls: object = {};
      const { written, read } = await meter.cost(async () => {
        calls = await counter.cost(async () => {
          await operation();
          await settled();
        });
      });
      return { ...calls, written, read };
    };
    const cost = async (operation: () => Promise<unknown>) => {
      const { read: _read, ...others } = await costWithReads(operation);
      return others;
    };
    return body({ store, counter, cost, costWithReads });
  });

/** Appends of 16 KiB: each is a chunk. */
async function addChunks(store: KVStore, count: number): Promise<void> {
  const chunk = "x".repeat(16 * KIB);
  for (let i = 0; i < count; i++) await append(store, "s", chunk);
}

/** A stream "s" whose first value is in KV: with the first one of all comes a table. */
async function withPack(store: KVStore): Promise<void> {
  await create(store, "s");
  await addChunks(store, 65);
  await settled();
}

describe("with an object's storage", () => {
  test("a plain append writes 1 row and nothing to KV, one with a producer 2 rows", () =>
    metered(async ({ store, cost }) => {
      await create(store, "s");
      expect(await cost(() => append(store, "s", "x"))).toEqual({ ...NOTHING, written: 1 });
      expect(await cost(() => append(store, "s", "x", { producer }))).toEqual({ ...NOTHING, written: 2 });
      expect(await cost(() => append(store, "s", "x", { producer }))).toEqual({ ...NOTHING, written: 0 });
    }));

  test("1 MiB of sealed chunks becomes one value: for each chunk 1 row more is written, and 2 for the value", () =>
    metered(async ({ store, cost }) => {
      await withPack(store);
      const written = 64 + 64 + 2;
      expect(await cost(() => addChunks(store, 64))).toEqual({ ...NOTHING, put: 1, written });
    }));

  test("a body of 4 MiB becomes values of 1 MiB", () =>
    metered(async ({ store, cost }) => {
      await withPack(store);
      await create(store, "t");
      const written = 5 + 4 + 2 * 4;
      const post = () => append(store, "t", "x".repeat(4 * MIB + 1));
      expect(await cost(post)).toEqual({ ...NOTHING, put: 4, written });
    }));

  test("a read takes one value for each MiB that moved, and writes nothing", () =>
    metered(async ({ store, cost }) => {
      await create(store, "s");
      await addChunks(store, 64 * 3 + 1);
      await settled();
      const read = async () => expect(await bytesOf(await store.read("s"))).toHaveLength(3 * MIB + 16 * KIB);
      expect(await cost(read)).toEqual({ ...NOTHING, get: 3, written: 0 });
      expect(await cost(() => store.read("s", { offset: NOW }))).toEqual({ ...NOTHING, written: 0 });
      expect(await cost(() => store.head("s"))).toEqual({ ...NOTHING, written: 0 });
    }));

  test("no value is written twice, whatever is appended", () =>
    metered(async ({ store, counter }) => {
      await create(store, "s");
      await addChunks(store, 64 * 4);
      await settled();
      for (let i = 0; i < 500; i++) await append(store, "s", "x".repeat(1 + 150 * i));
      await settled();
      expect(counter.written.length).toBeGreaterThan(10);
      expect(new Set(counter.written).size).toBe(counter.written.length);
    }));

  test(
    "appends to a stream of 5,000 chunks cost what those to an empty one do, and what they seal and move always the same",
    () =>
      metered(async ({ store, costWithReads }) => {
        await create(store, "empty");
        await create(store, "empty too");
        const first = {
          plain: await costWithReads(() => append(store, "empty", "x")),
          produced: await costWithReads(() => append(store, "empty too", "x", { producer })),
        };
        await withPack(store);
        const round = async () => {
          const plain = await costWithReads(() => append(store, "s", "x"));
          const sealing = await costWithReads(() => addChunks(store, 1));
          const moving = await costWithReads(() => addChunks(store, 63));
          return { plain, sealing, moving };
        };
        const early = await round();
        await addChunks(store, 64 * 77);
        await settled();
        expect(await round()).toEqual(early);
        const plain = await costWithReads(() => append(store, "s", "x"));
        await addChunks(store, 1);
        const produced = await costWithReads(() => append(store, "s", "x", { producer }));
        expect({ plain, produced }).toEqual(first);
        expect(first).toMatchObject({ plain: { written: 1, read: 3 }, produced: { written: 2, read: 3 } });
      }),
    60_000,
  );

  test("a deletion frees every value", () =>
    metered(async ({ store, cost }) => {
      await create(store, "s");
      await addChunks(store, 64 * 3 + 1);
      await settled();
      const removal = async () => {
        await store.delete("s");
        await store.maintain();
      };
      expect(await cost(removal)).toMatchObject({ get: 0, put: 0, delete: 3, list: 0 });
      expect(store.isEmpty()).toBe(true);
    }));
});
