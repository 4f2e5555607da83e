import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { ObjectStoreContext } from "../../../src/server/durable-object/index.ts";
import { KVStore } from "../../../src/server/storage/kv/index.ts";
import { tracked } from "../../support/fake-clock.ts";
import { Client, status } from "../objects/client.ts";
import { fireAlarm, holdings, NOTHING } from "../objects/storage.ts";
import { type Around, healthy, StorageFault } from "../shared/faults.ts";
import { HastyClock } from "../shared/hasty-clock.ts";
import { freshPrefix } from "./harness.ts";
import { intercept } from "./intercept.ts";

const client = new Client("STREAMS");
/** More than one value, each with several chunks. */
const LONG = "x".repeat(3_000_000);

/** The object of a path, on a `KVStore`, with calls to KV as told. */
async function onKV(path: string, around: Around = healthy) {
  const prefix = freshPrefix();
  // Alarms are set in real time.
  const clock = new HastyClock(Date.now());
  const kv = intercept(env.KV, (run, call) => tracked(around(run, call)));
  await runInDurableObject(client.stub(path), (object, { storage }) => {
    object.createStore = (context: ObjectStoreContext) =>
      new KVStore(kv, { ...context, state: storage, prefix, clock, packBytes: 1_000_000 });
  });
  const keys = async (): Promise<number> => (await env.KV.list({ prefix })).keys.length;
  /** What is left of the stream, in the object and in KV. */
  const left = async () => ({ object: await holdings(client, path), keys: await keys() });
  /** What is freed is freed by alarms, which come at once. */
  const expectNothing = () => expect.poll(left, { timeout: 10_000 }).toEqual({ object: NOTHING, keys: 0 });
  return { clock, keys, left, expectNothing };
}

/** Lets bytes move. */
async function withMoved(path: string, keys: () => Promise<number>, headers: Record<string, string> = {}) {
  await client.put(path, { body: LONG, headers });
  await client.post(path, LONG);
  await expect.poll(keys, { timeout: 10_000 }).toBeGreaterThan(3);
}

describe("of an object with a KVStore nothing is left, neither in it nor in KV,", () => {
  test("after its stream is deleted", async () => {
    const { keys, expectNothing } = await onKV("deleted");
    await withMoved("deleted", keys);
    expect(await status(client.delete("deleted"))).toBe(204);
    await expectNothing();
    expect(await status(client.get("deleted"))).toBe(404);
  });

  test("after its stream's life is over", async () => {
    const { clock, keys, expectNothing } = await onKV("expired");
    await withMoved("expired", keys, { "Stream-TTL": "1000" });
    clock.skip(1_000_000);
    await fireAlarm(client, "expired");
    await expectNothing();
  });

  test("after its last fork is gone, when the stream went before", async () => {
    const { keys, expectNothing } = await onKV("source");
    await withMoved("source", keys);
    await client.fork("source/fork", "source");
    expect(await status(client.delete("source"))).toBe(204);
    expect(await client.text("source/fork")).toBe(LONG + LONG);
    expect(await status(client.delete("source/fork"))).toBe(204);
    await expectNothing();
  });

  test("when KV was down meanwhile: until then the object keeps what it knows of", async () => {
    let isDown = false;
    let refused = 0;
    const { clock, left, keys, expectNothing } = await onKV("down", (run) => {
      if (!isDown) return run();
      refused += 1;
      return Promise.reject(new StorageFault("down"));
    });
    await withMoved("down", keys);
    isDown = true;
    expect(await status(client.delete("down"))).toBe(204);
    await expect.poll(() => refused).toBeGreaterThan(20);
    const kept = await left();
    expect(kept.keys).toBeGreaterThan(3);
    expect(kept.object.tables).toContain("dcs_packs");
    isDown = false;
    clock.skip(10_000);
    await expectNothing();
  });

  test("and a new stream at the path begins anew", async () => {
    const { keys, expectNothing } = await onKV("again");
    await withMoved("again", keys);
    await client.delete("again");
    await expectNothing();
    await withMoved("again", keys);
    expect(await client.text("again")).toBe(LONG + LONG);
    await client.delete("again");
    await expectNothing();
  });
});
