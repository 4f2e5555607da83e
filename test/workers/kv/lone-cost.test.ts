import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { LogStore } from "../../../src/server/storage/engine/log-store.ts";
import { KVStore } from "../../../src/server/storage/kv/index.ts";
import { append, bytes, bytesOf, close, create, NOW } from "../../storage/contract/support.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { Counter } from "./counter.ts";
import { freshPrefix, tinyLoneBackend } from "./harness.ts";

const KIB = 1024;
const NOTHING = { get: 0, put: 0, delete: 0, list: 0 };

function metered() {
  const counter = new Counter(env.KV);
  const clock = new FakeClock();
  return { counter, clock, store: new KVStore(counter.namespace, { clock, prefix: freshPrefix() }) };
}

/** A store whose chunks are tiny, so that a stream gets thousands of them soon. */
function withTinyChunks() {
  const counter = new Counter(env.KV);
  const clock = new FakeClock();
  const prefix = freshPrefix();
  const open = () => new LogStore(tinyLoneBackend(counter.namespace, prefix, clock), { clock });
  return { counter, prefix, open, store: open() };
}

describe("alone", () => {
  test("an append reads the record and writes it, with a producer as well; a duplicate only reads", async () => {
    const { counter, store } = metered();
    await create(store, "s");
    const producer = { id: "p", epoch: 0, seq: 0 };
    expect(await counter.cost(() => append(store, "s", "x"))).toEqual({ ...NOTHING, get: 1, put: 1 });
    expect(await counter.cost(() => append(store, "s", "x", { producer }))).toEqual({ ...NOTHING, get: 1, put: 1 });
    expect(await counter.cost(() => append(store, "s", "x", { producer }))).toEqual({ ...NOTHING, get: 1 });
    expect(await counter.cost(() => close(store, "s"))).toEqual({ ...NOTHING, get: 1, put: 1 });
  });

  test("an append that seals 96 KiB writes that chunk too", async () => {
    const { counter, store } = metered();
    await create(store, "s", { data: bytes("x".repeat(95 * KIB)) });
    const post = () => append(store, "s", "x".repeat(KIB));
    expect(await counter.cost(post)).toEqual({ ...NOTHING, get: 1, put: 2 });
    expect(counter.written.at(-1)).toContain("/path/");
  });

  test("a read takes the record and the chunks that it covers; a sliding lifetime costs one value more", async () => {
    const { counter, store } = metered();
    await create(store, "s", { data: bytes("x") });
    expect(await counter.cost(async () => bytesOf(await store.read("s")))).toEqual({ ...NOTHING, get: 1 });
    await append(store, "s", "x".repeat(3 * 1024 * KIB));
    expect(await counter.cost(async () => bytesOf(await store.read("s")))).toEqual({ ...NOTHING, get: 4 });
    expect(await counter.cost(() => store.read("s", { offset: NOW }))).toEqual({ ...NOTHING, get: 1 });
    expect(await counter.cost(() => store.head("s"))).toEqual({ ...NOTHING, get: 1 });
    await create(store, "short", { ttlSeconds: 1000 });
    expect(await counter.cost(() => store.head("short"))).toEqual({ ...NOTHING, get: 2 });
  });

  test("a creation writes 1 value, with a lifetime 2", async () => {
    const { counter, store } = metered();
    expect(await counter.cost(() => create(store, "s"))).toEqual({ ...NOTHING, get: 1, put: 1 });
    const withLife = () => create(store, "t", { ttlSeconds: 100 });
    expect(await counter.cost(withLife)).toEqual({ ...NOTHING, get: 1, put: 2 });
  });

  test("an access is stored under a key of its own, once in a tenth of the lifetime", async () => {
    const { counter, store, clock } = metered();
    await create(store, "s", { ttlSeconds: 100 });
    await clock.advance(20_000);
    counter.written.length = 0;
    await store.read("s");
    await store.read("s");
    expect(counter.written).toHaveLength(1);
    expect(counter.written[0]).toMatch(/\/access$/);
  });

  test("a deletion writes the record and when its values are to be freed; they are freed later", async () => {
    const { counter, store } = metered();
    await create(store, "s", { data: bytes("x") });
    expect(await counter.cost(() => store.delete("s"))).toEqual({ ...NOTHING, get: 1, put: 2 });
    await store.maintain();
    await create(store, "t", { data: bytes("x".repeat(100 * KIB)) });
    expect(await counter.cost(() => store.delete("t"))).toMatchObject({ get: 1, put: 2, delete: 0 });
    expect(await counter.cost(() => store.maintain())).toMatchObject({ delete: 2 });
  });

  test("a deletion frees every value", async () => {
    const { counter, store, clock } = metered();
    await create(store, "s", { ttlSeconds: 100_000, data: bytes("x".repeat(2048 * KIB + 1)) });
    await clock.advance(50_000_000);
    await store.read("s");
    const [path = ""] = counter.written;
    const prefix = path.slice(0, path.indexOf("/") + 1);
    await store.delete("s");
    expect(await store.maintain()).toBeUndefined();
    const { keys } = await env.KV.list({ prefix });
    // The path's record remembers its version for an hour, and then frees itself.
    expect(keys.map(({ name, expiration }) => [name, expiration !== undefined])).toEqual([[`${prefix}path/=s`, true]]);
  });

  test("an append to a stream of 5,000 chunks costs what one to an empty stream does, and its record is not larger", async () => {
    const { counter, store, prefix } = withTinyChunks();
    await create(store, "s");
    const producer = (seq: number) => ({ producer: { id: "p", epoch: 0, seq } });
    const costs = async (seq: number) => ({
      plain: await counter.cost(() => append(store, "s", "x")),
      produced: await counter.cost(() => append(store, "s", "x", producer(seq))),
    });
    const first = await costs(0);
    for (let i = 0; i < 20; i++) await append(store, "s", "x".repeat(64 * 251));
    await append(store, "s", "x".repeat(63));
    expect(await costs(1)).toEqual(first);
    const look = await counter.cost(async () => {
      const { nextOffset } = await store.head("s");
      expect(nextOffset.startsWith(`${(5021).toString(16).padStart(16, "0")}_`)).toBe(true);
    });
    expect(look).toEqual({ ...NOTHING, get: 1 });
    const record = await env.KV.get(`${prefix}path/=s`, "arrayBuffer");
    expect(record?.byteLength).toBeLessThan(20 * KIB);
  }, 60_000);

  test("a read in the midst of 2,000 chunks takes the record, one page of the index and its chunk", async () => {
    const { counter, store, open } = withTinyChunks();
    // Not text, whose pages end where a character does, which is one look more.
    const contentType = "application/octet-stream";
    await create(store, "s", { contentType });
    for (let i = 0; i < 8; i++) {
      const text = `${String(i).padStart(2, "0")}${"x".repeat(62)}`.repeat(250);
      await append(store, "s", text, { contentType });
    }
    const page = await store.read("s", { maxBytes: 64 * 250 * 3 });
    const cost = await counter.cost(async () => {
      const next = await open().read("s", { offset: page.nextOffset, maxBytes: 64 });
      expect(new TextDecoder().decode(await bytesOf(next)).slice(0, 2)).toBe("03");
    });
    expect(cost).toEqual({ ...NOTHING, get: 3 });
  }, 60_000);
});
