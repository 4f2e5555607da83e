import type { StreamStore } from "../../../src/server/storage/index.ts";
import { append, bytes, close, create, createJson } from "../../storage/contract/support.ts";
import type { FakeClock } from "../../support/fake-clock.ts";

/** What a process is at when it is stopped. */
export interface CrashScenario {
  readonly name: string;
  /** Whether the next process does it in any case. */
  readonly due?: boolean;
  prepare(store: StreamStore): Promise<unknown>;
  act(store: StreamStore, clock: FakeClock): Promise<unknown>;
}

/** The paths that scenarios use; forks come after what they read. */
export const PATHS = ["s", "fork", "leaf"];

const producer = { id: "p", epoch: 0, seq: 0 };
/** Several chunks of any store. */
const long = "x".repeat(1_200_000);
const withText = (store: StreamStore): Promise<unknown> => create(store, "s", { data: bytes("abc") });
const withMessages = (store: StreamStore): Promise<unknown> => createJson(store, "s", "[1,2,3]");
const withFork = async (store: StreamStore): Promise<void> => {
  await withMessages(store);
  await store.put("fork", { forkedFrom: "s", data: bytes("[4]") });
};

/** Stops the clock where {@link expiring} streams end. */
const END_MS = 50_000;
const expiring = { expiresAt: "2026-01-01T00:00:50Z" };
const expire = async (store: StreamStore, clock: FakeClock): Promise<void> => {
  await clock.advance(END_MS);
  await store.maintain();
};

/** What every store must survive. */
export const CRASH_SCENARIOS: readonly CrashScenario[] = [
  {
    name: "an append of several chunks with a producer",
    prepare: withText,
    act: (store) => append(store, "s", long, { producer, seq: "1" }),
  },
  { name: "a small append", prepare: withText, act: (store) => append(store, "s", "d") },
  {
    name: "a close with a last message",
    prepare: withText,
    act: (store) => append(store, "s", "d", { close: true }),
  },
  { name: "a mere close", prepare: withText, act: (store) => close(store, "s") },
  {
    name: "a creation",
    prepare: () => Promise.resolve(),
    act: (store) => create(store, "s", { ttlSeconds: 100_000 }),
  },
  {
    name: "a creation with content and a lifetime",
    prepare: () => Promise.resolve(),
    act: (store) => create(store, "s", { data: bytes(long), ttlSeconds: 100_000 }),
  },
  {
    name: "a deletion, and what frees its space",
    prepare: async (store) => {
      await create(store, "s", { data: bytes(long), ttlSeconds: 100_000 });
      await append(store, "s", "d", { producer });
    },
    act: async (store) => {
      await store.delete("s");
      await store.maintain();
    },
  },
  {
    name: "an expiry, and what frees its space",
    due: true,
    prepare: (store) => create(store, "s", { data: bytes(long), ...expiring }),
    act: expire,
  },
  { name: "a fork", prepare: withMessages, act: (store) => store.put("fork", { forkedFrom: "s", data: bytes("[4]") }) },
  { name: "a fork of a fork", prepare: withFork, act: (store) => store.put("leaf", { forkedFrom: "fork" }) },
  {
    name: "the deletion of a fork",
    prepare: withFork,
    act: (store) => store.delete("fork"),
  },
  {
    name: "the deletion of the last fork of a deleted stream",
    prepare: async (store) => {
      await withFork(store);
      await store.delete("s");
    },
    act: (store) => store.delete("fork"),
  },
  {
    name: "the expiry of a fork of a deleted stream",
    due: true,
    prepare: async (store) => {
      await withMessages(store);
      await store.put("fork", { forkedFrom: "s", data: bytes("[4]"), ...expiring });
      await store.delete("s");
    },
    act: expire,
  },
];
