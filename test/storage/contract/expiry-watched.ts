import { describe, expect } from "vitest";
import { settled } from "../../support/fake-clock.ts";
import type { Check, DurableBed } from "./harness.ts";
import { create, isThere, refusalTag, START } from "./support.ts";

/** A lifetime of 100 s: a tenth of it is 10 s. */
const TTL = { ttlSeconds: 100 };

/** Sliding lifetimes of streams that somebody watches. */
export function watchedExpiryContract(check: Check): void {
  describe("a watched stream with a sliding lifetime", () => {
    check("lives on as long as it is watched, and its lifetime longer", async ({ store, clock }) => {
      await create(store, "s", TTL);
      const unwatch = store.watch("s", () => {});
      await store.read("s");
      await clock.advance(1_005_000);
      unwatch();
      expect(clock.pending).toBe(0);
      await clock.advance(99_999);
      expect(store.has("s")).toBe(true);
      await clock.advance(1);
      expect(store.has("s")).toBe(false);
    });

    check("survives the maintenance that would end it", async ({ store, clock }) => {
      await create(store, "s", TTL);
      const unwatch = store.watch("s", () => {});
      await store.read("s");
      await clock.advance(150_000);
      expect(await store.maintain()).toBe(clock.now() + 100_000);
      unwatch();
      await clock.advance(100_000);
      expect(await store.maintain()).toBeUndefined();
    });

    check("keeps the wait that is longer than its lifetime", async ({ store, clock }) => {
      await create(store, "s", { ttlSeconds: 1 });
      const wait = store.waitForData("s", START, 10_000);
      await settled();
      await clock.advance(10_000);
      expect(await wait).toMatchObject({ timedOut: true });
      expect(clock.pending).toBe(0);
    });

    check("keeps its timer until the last one leaves, and none after", async ({ store, clock }) => {
      await create(store, "s", TTL);
      const first = store.watch("s", () => {});
      const second = store.watch("s", () => {});
      await store.read("s");
      first();
      expect(clock.pending).toBe(1);
      second();
      expect(clock.pending).toBe(0);
    });

    check("has no timer for a stream that lives for ever", async ({ store, clock }) => {
      await create(store, "s");
      store.watch("s", () => {});
      await store.read("s");
      expect(clock.pending).toBe(0);
    });

    check("is kept by the lifetime of the stream that is there now", async ({ store, clock }) => {
      await create(store, "s", { ttlSeconds: 100_000 });
      store.watch("s", () => {});
      await store.read("s");
      await store.delete("s");
      await create(store, "s", { ttlSeconds: 10 });
      await store.read("s");
      await clock.advance(60_000);
      expect(store.has("s")).toBe(true);
    });

    check("stays gone when it was deleted", async ({ store, clock }) => {
      await create(store, "s", TTL);
      const unwatch = store.watch("s", () => {});
      await store.read("s");
      await store.delete("s");
      await clock.advance(60_000);
      unwatch();
      await settled();
      expect(clock.pending).toBe(0);
      expect(await refusalTag(store.head("s"))).toBe("StreamNotFoundError");
      expect(await store.maintain()).toBeUndefined();
    });
  });
}

/** Lifetimes over restarts: never early, at most a tenth late. */
export function expiryRestartContract(check: Check<DurableBed>): void {
  describe("a sliding lifetime over a restart", () => {
    check("does not end early after a read that was not stored", async ({ store, clock, restart }) => {
      await create(store, "s", TTL);
      await clock.advance(9999);
      await store.read("s");
      await clock.advance(99_999);
      expect(await isThere(restart(), "s")).toBe(true);
    });

    check("ends a tenth late at most", async ({ store, clock, restart }) => {
      await create(store, "s", TTL);
      await clock.advance(110_000);
      expect(await isThere(restart(), "s")).toBe(false);
    });

    check("is not extended by restarts and alarms in turn", async ({ store, clock, restart }) => {
      await create(store, "s", TTL);
      const started = clock.now();
      let next = await store.maintain();
      for (let alarms = 0; next !== undefined && alarms < 20; alarms++) {
        await clock.advance(next - clock.now());
        next = await restart().maintain();
      }
      expect(next).toBeUndefined();
      expect(clock.now() - started).toBe(110_000);
    });

    check(
      "does not end early when a crash cut off an attached reader, its timers included",
      async ({ store, clock, restart }) => {
        await create(store, "s", TTL);
        store.watch("s", () => {});
        await store.read("s");
        await clock.advance(500_000);
        for (let handle = 0; clock.pending > 0; handle++) clock.clearTimeout(handle);
        const next = restart();
        await clock.advance(99_999);
        expect(await isThere(next, "s")).toBe(true);
        await clock.advance(10_001);
        expect(await isThere(next, "s")).toBe(false);
      },
    );
  });
}
