import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { R2Store } from "../../../src/server/storage/r2/index.ts";
import { append, bytes, close, contentOf, create, createJson, refusalTag } from "../../storage/contract/support.ts";
import { FakeClock, settled, tracked } from "../../support/fake-clock.ts";
import { StorageFault } from "../d1/faults.ts";
import { empty, keys } from "./harness.ts";
import { type Around, intercept } from "./intercept.ts";

const PATHS = ["s", "fork", "leaf"];

/** How the last call of a process ends: it never leaves, or takes effect although nobody hears of it. */
const ENDINGS = ["unsent", "unanswered"] as const;

/** After this, what a crash left behind is no longer waited for. */
const LONG_AFTER_MS = 3 * 3_600_000;

beforeEach(empty);

/** A process that stops at its call number `last`, and the number of calls it made. */
function stopping(last: number, ending: (typeof ENDINGS)[number]): { around: Around; calls: () => number } {
  let calls = 0;
  const around: Around = async (run) => {
    calls += 1;
    if (calls === last && ending === "unanswered") await tracked(run());
    if (calls >= last) throw new StorageFault("The process stopped");
    return tracked(run());
  };
  return { around, calls: () => calls };
}

/** Everything that can be seen of the storage, without what is minted at random. */
async function seen(clock: FakeClock): Promise<unknown> {
  await clock.advance(60_000);
  await new R2Store(env.BUCKET, { clock }).maintain();
  const store = new R2Store(env.BUCKET, { clock });
  const paths: unknown[] = [];
  for (const path of PATHS) {
    const tag = await store.head(path).then(
      ({ contentType, nextOffset, closed, ttlSeconds }) => ({ contentType, nextOffset, closed, ttlSeconds }),
      () => refusalTag(store.head(path)),
    );
    paths.push([path, tag, typeof tag === "string" ? "" : await contentOf(store, path)]);
  }
  const next = await store.maintain();
  // Whatever is kept for somebody who is not there stays behind now.
  for (const path of PATHS.toReversed()) await store.delete(path).catch(() => {});
  await clock.advance(LONG_AFTER_MS);
  await store.maintain();
  return { paths, next, left: [...(await keys("dcs/streams/")), ...(await keys("dcs/tasks/"))] };
}

interface Scenario {
  readonly name: string;
  /** Whether the next process does it in any case. */
  readonly due?: boolean;
  prepare(store: R2Store): Promise<unknown>;
  act(store: R2Store, clock: FakeClock): Promise<unknown>;
}

const producer = { id: "p", epoch: 0, seq: 0 };
const long = "x".repeat(1_200_000);
const scenarios: Scenario[] = [
  {
    name: "an append of several chunks with a producer",
    prepare: (store) => create(store, "s", { data: bytes("abc") }),
    act: (store) => append(store, "s", long, { producer, seq: "1" }),
  },
  {
    name: "a close with a last message",
    prepare: (store) => create(store, "s", { data: bytes("abc") }),
    act: (store) => append(store, "s", "d", { close: true }),
  },
  {
    name: "a mere close",
    prepare: (store) => create(store, "s", { data: bytes("abc") }),
    act: (store) => close(store, "s"),
  },
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
    name: "a deletion",
    prepare: async (store) => {
      await create(store, "s", { data: bytes("abc") });
      await append(store, "s", "d", { producer });
    },
    act: (store) => store.delete("s"),
  },
  {
    name: "an expiry",
    due: true,
    prepare: (store) => create(store, "s", { data: bytes("abc"), expiresAt: "2026-01-01T00:00:50Z" }),
    act: async (store, clock) => {
      await clock.advance(50_000);
      await store.maintain();
    },
  },
  {
    name: "a fork",
    prepare: (store) => createJson(store, "s", "[1,2,3]"),
    act: (store) => store.put("fork", { forkedFrom: "s", data: bytes("[4]") }),
  },
  {
    name: "a fork of a fork",
    prepare: async (store) => {
      await createJson(store, "s", "[1,2,3]");
      await store.put("fork", { forkedFrom: "s", data: bytes("[4]") });
    },
    act: (store) => store.put("leaf", { forkedFrom: "fork" }),
  },
  {
    name: "the deletion of the last fork of a deleted stream",
    prepare: async (store) => {
      await createJson(store, "s", "[1,2,3]");
      await store.put("fork", { forkedFrom: "s", data: bytes("[4]") });
      await store.delete("s");
    },
    act: (store) => store.delete("fork"),
  },
];

describe.each(scenarios)("$name, cut off at any call to the bucket", ({ prepare, act, due = false }) => {
  async function run(around: Around, wait: (acting: Promise<unknown>) => Promise<unknown>): Promise<unknown> {
    await empty();
    const clock = new FakeClock();
    await prepare(new R2Store(env.BUCKET, { clock }));
    await wait(act(new R2Store(intercept(env.BUCKET, around), { clock }), clock));
    return seen(clock);
  }

  test.each(ENDINGS)(
    "leaves things as before or as after: %s",
    async (ending) => {
      const whole = stopping(Number.POSITIVE_INFINITY, ending);
      const after = await run(whole.around, (acting) => acting);
      const nothing: Around = () => Promise.reject(new StorageFault("The process never began"));
      const cutOff = async (acting: Promise<unknown>) => {
        acting.catch(() => {});
        await settled();
      };
      const before = await run(nothing, cutOff);
      expect(JSON.stringify(before) === JSON.stringify(after)).toBe(due);
      expect([before, after]).toMatchObject([{ left: [] }, { left: [] }]);
      for (let last = 1; last <= whole.calls(); last++) {
        const outcome = await run(stopping(last, ending).around, cutOff);
        expect([before, after], `stopped at call ${last}`).toContainEqual(outcome);
      }
    },
    60_000,
  );
});
