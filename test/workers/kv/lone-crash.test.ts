import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { StreamStore } from "../../../src/server/storage/index.ts";
import { KVStore } from "../../../src/server/storage/kv/index.ts";
import { append, bytes, close, contentOf, create, createJson, refusalTag } from "../../storage/contract/support.ts";
import { ENDINGS, HastyClock, stopping } from "./faults.ts";
import { freshPrefix } from "./harness.ts";
import { type Around, intercept } from "./intercept.ts";

const PATHS = ["s", "fork"];
/** More than intents, releases and second looks wait. */
const LATER_MS = 120_000;

/** More than any lifetime below. */
const AT_LAST_MS = 10_000_000;

const healthy: Around = (run) => run();
const long = "x".repeat(200_000);
const producer = { id: "p", epoch: 0, seq: 0 };

interface Bed {
  readonly clock: HastyClock;
  readonly prefix: string;
  open(around: Around): KVStore;
}

function bed(): Bed {
  const prefix = freshPrefix();
  const clock = new HastyClock();
  return { prefix, clock, open: (around) => new KVStore(intercept(env.KV, around), { prefix, clock }) };
}

/** What the next process makes of the storage, without what is minted at random. */
async function seen({ clock, open }: Bed): Promise<unknown> {
  const store = open(healthy);
  clock.skip(LATER_MS);
  await store.maintain();
  const paths: unknown[] = [];
  for (const path of PATHS) {
    const found = await store.head(path).then(
      ({ contentType, nextOffset, closed, ttlSeconds }) => ({ contentType, nextOffset, closed, ttlSeconds }),
      () => refusalTag(store.head(path)),
    );
    paths.push([path, found, typeof found === "string" ? "" : await contentOf(store, path)]);
  }
  return paths;
}

/** Deletes all there is, and says what is left but records that free themselves. */
async function leftovers({ clock, open, prefix }: Bed): Promise<string[]> {
  const store = open(healthy);
  for (const path of [...PATHS].reverse()) await store.delete(path).catch(() => {});
  clock.skip(AT_LAST_MS);
  await store.maintain();
  const { keys } = await env.KV.list({ prefix });
  return keys.filter(({ expiration }) => expiration === undefined).map(({ name }) => name.slice(prefix.length));
}

interface Scenario {
  readonly name: string;
  prepare(store: StreamStore): Promise<unknown>;
  act(store: KVStore): Promise<unknown>;
}

const scenarios: Scenario[] = [
  {
    name: "an append that seals a chunk",
    prepare: (store) => create(store, "s", { data: bytes("abc") }),
    act: (store) => append(store, "s", long, { producer, seq: "1" }),
  },
  {
    name: "a small append",
    prepare: (store) => create(store, "s", { data: bytes("abc") }),
    act: (store) => append(store, "s", "d"),
  },
  {
    name: "a close",
    prepare: (store) => create(store, "s", { data: bytes("abc") }),
    act: (store) => close(store, "s"),
  },
  {
    name: "a creation with content and a lifetime",
    prepare: () => Promise.resolve(),
    act: (store) => create(store, "s", { data: bytes(long), ttlSeconds: 1000 }),
  },
  {
    name: "a deletion",
    prepare: (store) => create(store, "s", { data: bytes(long), ttlSeconds: 1000 }),
    act: async (store) => {
      await store.delete("s");
      await store.maintain();
    },
  },
  {
    name: "a fork",
    prepare: (store) => createJson(store, "s", "[1,2,3]"),
    act: (store) => store.put("fork", { forkedFrom: "s", data: bytes("[4]") }),
  },
  {
    name: "the deletion of a fork",
    prepare: async (store) => {
      await createJson(store, "s", "[1,2,3]");
      await store.put("fork", { forkedFrom: "s", data: bytes("[4]") });
    },
    act: (store) => store.delete("fork"),
  },
];

describe("alone, a process that stops at any KV call", () => {
  for (const { name, prepare, act } of scenarios) {
    test(`of ${name} leaves things as they were before or as they are after, and nothing that is not freed`, async () => {
      const before = bed();
      await prepare(before.open(healthy));
      const after = bed();
      await prepare(after.open(healthy));
      const whole = stopping(Number.POSITIVE_INFINITY, "unsent");
      await act(after.open(whole.around));
      const outcomes = [await seen(before), await seen(after)];
      for (const ending of ENDINGS) {
        for (let last = 1; last <= whole.calls(); last++) {
          const at = `${ending} ${last}`;
          const crashed = bed();
          await prepare(crashed.open(healthy));
          await act(crashed.open(stopping(last, ending).around)).catch(() => {});
          expect(outcomes, at).toContainEqual(await seen(crashed));
          expect(await leftovers(crashed), at).toEqual([]);
        }
      }
    }, 60_000);
  }
});
