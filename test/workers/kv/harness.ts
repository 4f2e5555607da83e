import { env } from "cloudflare:workers";
import { LogStore } from "../../../src/server/storage/engine/log-store.ts";
import { KVStore } from "../../../src/server/storage/kv/index.ts";
import { KeySpace } from "../../../src/server/storage/kv/key-space.ts";
import { LoneBackend } from "../../../src/server/storage/kv/lone-backend.ts";
import { LONE_LIMITS } from "../../../src/server/storage/kv/store.ts";
import { Values } from "../../../src/server/storage/kv/values.ts";
import type { Clock } from "../../../src/shared/index.ts";
import type { DurableBed, Harness } from "../../storage/contract/harness.ts";
import { FakeClock, tracked } from "../../support/fake-clock.ts";
import { inObject } from "../sqlite-harness.ts";
import { intercept } from "./intercept.ts";

/** The namespace, with calls that `settled` waits for. */
export const namespace = intercept(env.KV, (run) => tracked(run()));

let beds = 0;

/** A prefix that no other store of the file uses: the namespace is the same for all of them. */
export function freshPrefix(): string {
  beds += 1;
  return `test-${beds}/`;
}

/** A `KVStore` with the storage of an object of its own for each test. */
const inObjectHarness =
  (packBytes: number | undefined): Harness<DurableBed> =>
  (options, body) =>
    inObject((storage) => {
      const clock = new FakeClock();
      const shared = { ...options, clock, packBytes, prefix: freshPrefix() };
      const open = () => new KVStore(namespace, { ...shared, state: storage });
      return body({ store: open(), clock, restart: open });
    });

/** With values as large as users get them. */
export const objectHarness = inObjectHarness(undefined);

/** With every chunk but the last in KV as soon as there is another. */
export const eagerHarness = inObjectHarness(1);

/** The engine on KV alone, for a process that knows of no other: its lifetimes are exact, and it looks for no changes. */
export const soleHarness: Harness<DurableBed> = async (options, body) => {
  const clock = new FakeClock();
  const keys = new KeySpace(freshPrefix());
  const values = new Values(namespace, { clock, random: Math.random });
  const host = { values, keys, clock, limits: LONE_LIMITS, onPlanned: undefined };
  const open = () => new LogStore(new LoneBackend(host), { ...options, clock });
  await body({ store: open(), clock, restart: open });
};

/** KV alone with chunks so tiny that a stream gets thousands of them soon. */
export function tinyLoneBackend(kv: KVNamespace, prefix: string, clock: Clock): LoneBackend {
  const values = new Values(kv, { clock, random: Math.random });
  const limits = { maxBytes: 64, coalesceBelow: 16 };
  return new LoneBackend({ values, keys: new KeySpace(prefix), clock, limits, onPlanned: undefined });
}

/** A `KVStore` that has nothing but KV. */
export const loneHarness: Harness<DurableBed> = async (options, body) => {
  const clock = new FakeClock();
  const shared = { ...options, clock, prefix: freshPrefix() };
  const open = () => new KVStore(namespace, shared);
  await body({ store: open(), clock, restart: open });
};
