import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { SqliteStore } from "../../src/server/storage/sqlite/index.ts";
import type { DurableBed, Harness } from "../storage/contract/harness.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** Runs `body` inside a new object, with the object's storage. */
export async function inObject<T>(body: (storage: DurableObjectStorage) => Promise<T>): Promise<T> {
  const stub = env.BARE.get(env.BARE.newUniqueId());
  return runInDurableObject(stub, (_object, { storage }) => body(storage));
}

/** A `SqliteStore` on an object of its own for each test. */
export const sqliteHarness: Harness<DurableBed> = (options, body) =>
  inObject((storage) => {
    const clock = new FakeClock();
    const open = () => new SqliteStore(storage, { ...options, clock });
    return body({ store: open(), clock, restart: open });
  });

/** A `SqliteStore` on nothing but an object's SQL, as the seed library opens it. */
export const bareSqlHarness: Harness<DurableBed> = (options, body) =>
  inObject((storage) => {
    const clock = new FakeClock();
    const open = () => new SqliteStore(storage.sql, { ...options, clock });
    return body({ store: open(), clock, restart: open });
  });

/** A `MemoryStore` inside an object for each test. */
export const memoryHarness: Harness = (options, body) =>
  inObject(() => {
    const clock = new FakeClock();
    return body({ store: new MemoryStore({ ...options, clock }), clock });
  });
