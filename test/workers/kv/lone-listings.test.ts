import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { LogStore } from "../../../src/server/storage/engine/log-store.ts";
import { KVStore } from "../../../src/server/storage/kv/index.ts";
import { append, create } from "../../storage/contract/support.ts";
import { HastyClock } from "../shared/hasty-clock.ts";
import { freshPrefix, tinyLoneBackend } from "./harness.ts";
import { LAG_MS, laggingLists } from "./lagging-lists.ts";

const A_CHUNK = 64;

/** A store of tiny chunks over listings that lag, and what is in its namespace. */
function bed() {
  const prefix = freshPrefix();
  const clock = new HastyClock();
  const deleted: string[] = [];
  const namespace = laggingLists(env.KV, clock, (key) => deleted.push(key));
  const store = new LogStore(tinyLoneBackend(namespace, prefix, clock), { clock });
  const left = async (): Promise<string[]> => {
    const { keys } = await env.KV.list({ prefix });
    return keys.map(({ name }) => name.slice(prefix.length));
  };
  return { clock, deleted, namespace, prefix, store, left };
}

/** The path's record, which remembers its version for an hour. */
const TOMBSTONE = ["path/=s"];

describe("alone with a KV whose listings lag", () => {
  test("a deletion frees also what no listing showed yet, a minute later", async () => {
    const { clock, store, left } = bed();
    await create(store, "s");
    await append(store, "s", "x".repeat(150 * A_CHUNK));
    await store.delete("s");
    const again = (await store.maintain()) ?? 0;
    expect(again).toBeGreaterThan(clock.now() + LAG_MS);
    expect((await left()).length).toBeGreaterThan(100);
    clock.skip(again - clock.now());
    expect(await store.maintain()).toBeUndefined();
    expect(await left()).toEqual(TOMBSTONE);
  });

  test("a deletion deletes no value twice for being listed still", async () => {
    const { clock, deleted, store, left } = bed();
    await create(store, "s");
    await append(store, "s", "x".repeat(220 * A_CHUNK));
    clock.skip(10 * LAG_MS);
    await store.delete("s");
    await store.maintain();
    expect(await left()).toEqual(TOMBSTONE);
    const chunks = deleted.filter((key) => key.includes("/chunk/"));
    expect(chunks.length).toBe(220);
    expect(new Set(chunks).size).toBe(220);
  });

  test.each([
    ["are listed still", LAG_MS / 2],
    ["take room in listings", 2 * LAG_MS],
  ])("work is found behind any number of keys that were deleted and %s", async (_how, sinceMs) => {
    const { clock, namespace, prefix, left } = bed();
    for (let i = 0; i < 120; i++) {
      const name = `${prefix}due/${String(i).padStart(16, "0")}/=gone`;
      await namespace.put(name, "gone");
      await namespace.delete(name);
    }
    const store = new KVStore(namespace, { clock, prefix });
    await create(store, "s", { expiresAt: new Date(clock.now() + 3 * LAG_MS).toISOString() });
    clock.skip(sinceMs);
    expect(await store.maintain()).toBe(clock.now() - sinceMs + 3 * LAG_MS);
    clock.skip(3 * LAG_MS - sinceMs);
    expect(await store.maintain()).toBeUndefined();
    expect(await left()).toEqual(TOMBSTONE);
  });
});
