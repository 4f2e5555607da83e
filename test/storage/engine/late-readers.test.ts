import { expect, test } from "vitest";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import type { Clock } from "../../../src/shared/index.ts";
import { create, isThere } from "../contract/support.ts";

/** A machine that was asleep: its time has gone on, and its timers are late. */
class SleepingClock implements Clock {
  time = Date.UTC(2026, 0, 1);
  now = (): number => this.time;
  setTimeout = (): number => 0;
  clearTimeout = (): void => {};
}

test("a reader who leaves too late does not bring back a stream that was gone", async () => {
  const clock = new SleepingClock();
  const store = new MemoryStore({ clock });
  await create(store, "s", { ttlSeconds: 2 });
  const unwatch = store.watch("s", () => {});
  await store.read("s");
  clock.time += 10_000;
  expect(await isThere(store, "s")).toBe(false);
  unwatch();
  expect(await isThere(store, "s")).toBe(false);
});
