import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { R2Store } from "../../../src/server/storage/r2/index.ts";
import {
  append,
  appendJson,
  bytes,
  contentOf,
  create,
  createJson,
  refusalTag,
} from "../../storage/contract/support.ts";
import { FakeClock, settled, tracked } from "../../support/fake-clock.ts";
import { empty, keys, objects, SMALL_FAN_OUT, smallStore } from "./harness.ts";
import { type Around, intercept, type R2Call } from "./intercept.ts";

/** Commits' objects are kept for an hour. */
const LONG_AFTER_MS = 2 * 3_600_000;
/** Longer than a transaction tries again, in seconds. */
const PATIENCE_SECONDS = 60;

vi.setConfig({ testTimeout: 60_000 });
beforeEach(empty);

/** As the binding tells of status 429. */
const crowded = () => new Error("put: Reduce your concurrent request rate for the same object. (10058)");

const isCommit = ({ method, key }: R2Call): boolean => method === "put" && key.includes("/commits/");
const isLook = ({ method, key }: R2Call): boolean => method === "head" && key.includes("/commits/");
const isRecord = ({ method, key }: R2Call): boolean => method === "put" && key.startsWith("dcs/paths/");

/** Refuses calls of a kind as long as others write under the same key; each may have taken effect before. */
function crowding(kind: (call: R2Call) => boolean, { times, after = false }: { times: number; after?: boolean }) {
  let refused = 0;
  const around: Around = async (run, call) => {
    if (!kind(call) || refused === times) return tracked(run());
    refused += 1;
    if (after) await tracked(run());
    throw crowded();
  };
  return { around, refused: () => refused };
}

/** A store of which each call goes through `around`, and somebody else's of the same bucket. */
function beds(around: Around) {
  const clock = new FakeClock();
  const store = new R2Store(intercept(env.BUCKET, around), { clock });
  return { clock, store, other: new R2Store(env.BUCKET, { clock }) };
}

/** What becomes of a call that makes pauses. */
async function inTime<T>(clock: FakeClock, call: Promise<T>): Promise<T> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  call.then(end, end);
  for (let second = 0; !over && second < PATIENCE_SECONDS; second++) await clock.advance(1000);
  expect(over).toBe(true);
  return call;
}

describe("a store whose writes are refused because others write under the same key", () => {
  test("looks at the tail again, more often than after a failure, and appends once", async () => {
    const { around, refused } = crowding(isCommit, { times: 20 });
    const { clock, store, other } = beds(around);
    await create(other, "s", { data: bytes("a") });
    const { nextOffset } = await inTime(clock, append(store, "s", "b"));
    expect(refused()).toBe(20);
    expect((await store.head("s")).nextOffset).toBe(nextOffset);
    expect(await contentOf(other, "s")).toBe("ab");
  });

  test("knows its own commit if the platform had written that before it refused to do so again", async () => {
    const { around, refused } = crowding(isCommit, { times: 1, after: true });
    const { clock, store, other } = beds(around);
    await inTime(clock, create(store, "s", { data: bytes("a") }));
    expect(refused()).toBe(1);
    const again = crowding(isCommit, { times: 1, after: true });
    const another = new R2Store(intercept(env.BUCKET, again.around), { clock });
    expect(await inTime(clock, append(another, "s", "b"))).toMatchObject({ appended: true });
    expect(again.refused()).toBe(1);
    expect(await contentOf(other, "s")).toBe("ab");
  });

  test("goes behind whoever did write", async () => {
    let overtaken = false;
    const { clock, store, other } = beds(async (run, call) => {
      if (overtaken || !isCommit(call)) return tracked(run());
      overtaken = true;
      await append(other, "s", "b");
      throw crowded();
    });
    await create(other, "s", { data: bytes("a") });
    await inTime(clock, append(store, "s", "c"));
    expect(await contentOf(other, "s")).toBe("abc");
  });

  test("says 503 when that goes on and on, having written nothing", async () => {
    const { around } = crowding(isCommit, { times: Number.POSITIVE_INFINITY });
    const { clock, store, other } = beds(around);
    await create(other, "s", { data: bytes("a") });
    expect(await inTime(clock, refusalTag(append(store, "s", "b")))).toBe("UnavailableError");
    expect(await contentOf(other, "s")).toBe("a");
  });

  test.each([false, true])("creates and deletes all the same, written before: %s", async (after) => {
    const { around, refused } = crowding(isRecord, { times: 10, after });
    const { clock, store, other } = beds(around);
    await inTime(clock, create(store, "s", { data: bytes("a") }));
    expect(await contentOf(other, "s")).toBe("a");
    await inTime(clock, store.delete("s"));
    expect(refused()).toBe(after ? 2 : 10);
    expect(await refusalTag(other.head("s"))).toBe("StreamNotFoundError");
  });
});

describe("an append whose answer is lost", () => {
  test("says where it ended, and not where others did since", async () => {
    let lost = false;
    const { clock, store, other } = beds(async (run, call) => {
      const result = await tracked(run());
      if (lost || !isCommit(call)) return result;
      lost = true;
      await append(other, "s", "later");
      throw new Error("The answer was lost");
    });
    await create(other, "s", { data: bytes("a") });
    const { nextOffset } = await inTime(clock, append(store, "s", "b"));
    expect(await contentOf(other, "s", nextOffset)).toBe("later");
  });
});

/** A store of which one call of a kind, the next one when it is told to fall asleep, waits to be woken. */
function sleepy(clock: FakeClock, kind: (call: R2Call) => boolean) {
  const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
  let awake = true;
  const around: Around = async (run, call) => {
    const sleeps = !awake && kind(call);
    if (sleeps) {
      awake = true;
      await woken;
    }
    return tracked(run());
  };
  const fallAsleep = (): void => {
    awake = false;
  };
  return { store: smallStore(intercept(env.BUCKET, around), { clock }), fallAsleep, wake };
}

describe("a writer that sleeps", () => {
  const sleeps: [when: string, kind: (call: R2Call) => boolean, ms: number, commits: number][] = [
    ["before it writes, while others' commits are rolled up", isCommit, 1_500_000, 9],
    ["before it is done looking, while others' commits are rolled up and freed", isLook, LONG_AFTER_MS, 2],
  ];
  test.each(sleeps)("%s, goes behind them", async (_when, kind, ms, commits) => {
    const clock = new FakeClock();
    const { store, fallAsleep, wake } = sleepy(clock, kind);
    const other = smallStore(env.BUCKET, { clock });
    await createJson(other, "s");
    await appendJson(store, "s", "0");
    fallAsleep();
    const late = appendJson(store, "s", '"late"');
    await settled();
    for (let i = 1; i <= 2 * SMALL_FAN_OUT; i++) await appendJson(other, "s", String(i));
    await clock.advance(ms);
    await other.maintain();
    expect(await objects("commits")).toHaveLength(commits);
    wake();
    await inTime(clock, late);
    expect(await contentOf(smallStore(env.BUCKET, { clock }), "s")).toBe('0,1,2,3,4,5,6,7,8,"late",');
  });

  test("before it writes, while the stream is deleted and freed, is told so and leaves nothing behind", async () => {
    const clock = new FakeClock();
    const { store, fallAsleep, wake } = sleepy(clock, isCommit);
    const other = smallStore(env.BUCKET, { clock });
    await create(other, "s", { data: bytes("a") });
    fallAsleep();
    const late = refusalTag(append(store, "s", "late"));
    await settled();
    await other.delete("s");
    await other.maintain();
    wake();
    expect(await inTime(clock, late)).toBe("StreamNotFoundError");
    await clock.advance(LONG_AFTER_MS);
    await other.maintain();
    expect(await keys("dcs/streams/")).toEqual([]);
    expect(await keys("dcs/tasks/")).toEqual([]);
  });

  test("before it writes a segment, while the stream is deleted and freed, leaves nothing behind", async () => {
    const clock = new FakeClock();
    const isSegment = ({ method, key }: R2Call) => method === "put" && key.includes("/segments-1/");
    const { store, fallAsleep, wake } = sleepy(clock, isSegment);
    const other = smallStore(env.BUCKET, { clock });
    await create(other, "s", { data: bytes("a") });
    await append(other, "s", "b");
    fallAsleep();
    const third = append(store, "s", "c");
    await settled();
    await other.delete("s");
    await other.maintain();
    wake();
    await inTime(clock, third);
    expect(await objects("segments-1")).toHaveLength(1);
    await clock.advance(LONG_AFTER_MS);
    await other.maintain();
    expect(await keys("dcs/streams/")).toEqual([]);
    expect(await keys("dcs/tasks/")).toEqual([]);
  });
});

describe("a writer that remembers the tail of hours ago", () => {
  test.each([{ owner: "s" }, {}])("goes behind what was freed since: %o", async (options) => {
    const clock = new FakeClock();
    const store = smallStore(env.BUCKET, { clock, ...options });
    const other = smallStore(env.BUCKET, { clock });
    await createJson(store, "s");
    await appendJson(store, "s", "0");
    for (let i = 1; i <= 2 * SMALL_FAN_OUT; i++) await appendJson(other, "s", String(i));
    await clock.advance(LONG_AFTER_MS);
    await other.maintain();
    await inTime(clock, appendJson(store, "s", '"late"'));
    expect(await contentOf(other, "s")).toBe('0,1,2,3,4,5,6,7,8,"late",');
  });
});

describe("deleting one of many streams", () => {
  test("costs as much as deleting the first of them, freed or not", async () => {
    const calls: string[] = [];
    const { store } = beds((run, { method }) => {
      calls.push(method);
      return run();
    });
    const costs: number[] = [];
    for (let i = 0; i < 12; i++) {
      await create(store, `s${i}`);
      calls.length = 0;
      await store.delete(`s${i}`);
      costs.push(calls.length);
    }
    expect(costs).toEqual(costs.map(() => costs[0]));
  });
});
