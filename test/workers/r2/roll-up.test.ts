import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { StreamStore } from "../../../src/server/storage/index.ts";
import {
  append,
  appendJson,
  at,
  bytes,
  bytesOf,
  contentOf,
  create,
  createJson,
  offsetsOf,
  text,
} from "../../storage/contract/support.ts";
import { FakeClock, settled, tracked } from "../../support/fake-clock.ts";
import { stopping } from "../shared/faults.ts";
import { empty, keys, objects, smallStore } from "./harness.ts";
import { type Around, intercept } from "./intercept.ts";
import { Meter } from "./meter.ts";
import { prepared } from "./prepared.ts";

/** Commits' objects are kept for an hour. */
const LONG_AFTER_MS = 2 * 3_600_000;
const TIMEOUT_MS = 120_000;

/** Two segments of the second level, three of the first, and three commits; number 0 is the creation. */
const COMMITS = 2 * 16 + 3 * 4 + 3 - 1;

vi.setConfig({ testTimeout: TIMEOUT_MS });
beforeEach(empty, TIMEOUT_MS);

const messages = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i},`).join("");

/** Makes a stream "s" of small messages. */
const small = (commits: number) => async (store: StreamStore) => {
  await createJson(store, "s");
  for (let i = 0; i < commits; i++) await appendJson(store, "s", String(i));
};

/** A stream "s" of small messages, and who made it. */
async function withStream(commits = COMMITS, make = small(commits)) {
  const clock = new FakeClock();
  const open = (bucket: R2Bucket = env.BUCKET) => smallStore(bucket, { clock });
  const store = open();
  await make(store);
  return { clock, store, content: messages(0, commits), open };
}

/** Frees what can be, in a process of its own. */
async function freed({ clock, open }: { clock: FakeClock; open(): StreamStore }): Promise<void> {
  await clock.advance(LONG_AFTER_MS);
  await open().maintain();
}

const counts = async () => [
  (await objects("commits")).length,
  (await objects("segments-1")).length,
  (await objects("segments-2")).length,
];

describe("small appends are rolled up", () => {
  test("and what segments replace is freed an hour later, but for the last commits", async () => {
    const bed = await withStream();
    expect(await counts()).toEqual([COMMITS, 11, 2]);
    expect(await bed.store.maintain()).toBe(bed.clock.now() + 3_600_000);
    await bed.clock.advance(LONG_AFTER_MS);
    expect(await bed.store.maintain()).toBeUndefined();
    expect(await counts()).toEqual([3, 3, 2]);
    expect(await contentOf(bed.open(), "s")).toBe(bed.content);
    expect(await contentOf(bed.store, "s")).toBe(bed.content);
  });

  test("with the offsets that they had", async () => {
    const bed = await withStream();
    const before = await offsetsOf(bed.store, "s");
    await freed(bed);
    expect(await offsetsOf(bed.open(), "s")).toEqual(before);
    for (const index of [0, 1, 2, 3, 14, 15, 16, 30, 31, 32, 42, 43, 44, 45]) {
      expect(await contentOf(bed.open(), "s", at(before, index))).toBe(messages(index + 1, COMMITS));
    }
  });

  test("with commits without bytes among them, and with some of several chunks", async () => {
    const clock = new FakeClock();
    const open = () => smallStore(env.BUCKET, { clock });
    const store = open();
    await create(store, "s", { data: bytes("abc") });
    const long = "x".repeat(1_100_000);
    for (let i = 0; i < 10; i++) {
      await append(store, "s", `${i}`);
      await store.put("fork", { forkedFrom: "s" });
      await store.delete("fork");
      await append(store, "s", i === 4 ? long : "-");
    }
    // The forks' last commits go after another hour.
    for (let round = 0; round < 2; round++) await freed({ clock, open });
    expect(await counts()).toEqual([2, 2, 2]);
    expect(await contentOf(open(), "s")).toBe(`abc0-1-2-3-4${long}5-6-7-8-9-`);
  });

  test("and an instance that has not looked for long goes on at the tail", async () => {
    const bed = await withStream(3);
    for (let i = 3; i < 30; i++) await appendJson(bed.open(), "s", String(i));
    await freed(bed);
    await appendJson(bed.store, "s", "30");
    expect(await contentOf(bed.open(), "s")).toBe(messages(0, 31));
  });

  test("while a page that was begun before is read on", async () => {
    const bed = await withStream();
    const page = await bed.store.read("s");
    const other = await bed.open().read("s");
    await freed(bed);
    expect(text(await bytesOf(page))).toBe(bed.content);
    expect(text(await bytesOf(other))).toBe(bed.content);
  });

  test("unless they are large", async () => {
    const clock = new FakeClock();
    const open = () => smallStore(env.BUCKET, { clock });
    const parts = Array.from({ length: 9 }, (_, i) => String(i).repeat(1_100_000));
    await create(open(), "s");
    for (const part of parts) await append(open(), "s", part);
    await freed({ clock, open });
    expect(await counts()).toEqual([6, 1, 0]);
    expect(await contentOf(open(), "s")).toBe(parts.join(""));
  });

  test("and deleted with their stream, but for its last commit, which goes an hour later", async () => {
    const { store, clock } = await withStream();
    await store.delete("s");
    expect(await store.maintain()).toBeUndefined();
    expect(await counts()).toEqual([1, 0, 0]);
    await clock.advance(LONG_AFTER_MS);
    expect(await store.maintain()).toBeUndefined();
    expect(await keys("dcs/streams/")).toEqual([]);
    expect(await keys("dcs/tasks/")).toEqual([]);
  });

  test("by several writers in turn", async () => {
    const clock = new FakeClock();
    const open = () => smallStore(env.BUCKET, { clock });
    const writers = [open(), open(), open()];
    await createJson(open(), "s");
    for (let i = 0; i < 100; i++) await appendJson(at(writers, i % 3), "s", String(i));
    expect(await counts()).toEqual([100, 25, 6]);
    await freed({ clock, open });
    expect(await counts()).toEqual([1, 1, 6]);
    expect(await contentOf(open(), "s")).toBe(messages(0, 100));
  });

  test("by writers of which none comes back", async () => {
    const clock = new FakeClock();
    const open = () => smallStore(env.BUCKET, { clock });
    await createJson(open(), "s");
    for (let i = 0; i < 100; i++) await appendJson(open(), "s", String(i));
    expect(await counts()).toEqual([100, 25, 6]);
  });
});

describe("what was freed", () => {
  test("is not looked for again, whoever frees what follows", async () => {
    const meter = new Meter(env.BUCKET);
    const bed = await withStream(16);
    const costs: number[] = [];
    for (let round = 1; round <= 6; round++) {
      for (let i = 0; i < 16; i++) await appendJson(bed.store, "s", String(16 * round + i));
      await bed.clock.advance(LONG_AFTER_MS);
      const { a, b } = await meter.cost(() => bed.open(meter.bucket).maintain());
      costs.push(a + b);
    }
    expect(await contentOf(bed.open(), "s")).toBe(messages(0, 112));
    expect(costs.slice(2)).toEqual(costs.slice(1, -1));
  });

  test("is found in a segment by who remembers where it was before", async () => {
    const clock = new FakeClock();
    const open = () => smallStore(env.BUCKET, { clock });
    const [writer, reader] = [open(), open()];
    // Too large to be remembered with its bytes, and small enough to be rolled up, twice.
    const parts = Array.from({ length: 16 }, (_, i) => (i === 1 ? "x".repeat(300_000) : `${i},`));
    await create(writer, "s");
    for (const part of parts.slice(0, 3)) await append(writer, "s", part);
    expect(await contentOf(reader, "s")).toBe(parts.slice(0, 3).join(""));
    for (const part of parts.slice(3, 6)) await append(writer, "s", part);
    await freed({ clock, open });
    expect(await contentOf(reader, "s")).toBe(parts.slice(0, 6).join(""));
    for (const part of parts.slice(6)) await append(writer, "s", part);
    await freed({ clock, open });
    expect(await counts()).toEqual([1, 0, 1]);
    expect(await contentOf(reader, "s")).toBe(parts.join(""));
  });
});

describe("no reader sees a gap", () => {
  test("at any call by which commits are rolled up and freed", async () => {
    const { clock, content, open } = await withStream(13);
    let looks = 0;
    const around: Around = async (run) => {
      looks += 1;
      expect((await contentOf(open(), "s")).startsWith(content)).toBe(true);
      return run();
    };
    const watched = open(intercept(env.BUCKET, around));
    for (let i = 13; i < 18; i++) await appendJson(watched, "s", String(i));
    await clock.advance(LONG_AFTER_MS);
    await watched.maintain();
    expect(await counts()).toEqual([3, 0, 1]);
    expect(looks).toBeGreaterThan(40);
  });

  test("when what it reads is freed between any two of its own calls", async () => {
    const commits = 22;
    const make = prepared(small(commits));
    for (let pause = 1, calls = 1; calls >= pause - 1; pause++) {
      await empty();
      const bed = await withStream(commits, make);
      calls = 0;
      const around: Around = async (run) => {
        calls += 1;
        if (calls === pause) await freed(bed);
        return run();
      };
      expect(await contentOf(bed.open(intercept(env.BUCKET, around)), "s")).toBe(bed.content);
      expect(await counts()).toEqual(calls < pause ? [commits, 5, 1] : [3, 1, 1]);
    }
  });
});

describe("rolling up and freeing, cut off after any call to the bucket,", () => {
  test("loses nothing and is done by the next process", async () => {
    const make = prepared(small(13));
    for (let last = 0, stopped = true; stopped; last++) {
      await empty();
      const bed = await withStream(13, make);
      const { clock, open } = bed;
      const { around, calls } = stopping(last, "unanswered");
      const cutOff = open(intercept(env.BUCKET, (run) => tracked(around(run))));
      // A process that stopped does not come back: what it waits for is not waited for.
      void (async () => {
        for (let i = 13; i < 18; i++) await appendJson(cutOff, "s", String(i));
        await clock.advance(LONG_AFTER_MS);
        await cutOff.maintain();
      })().catch(() => {});
      await settled();
      stopped = calls() >= last;
      const found = await contentOf(open(), "s");
      const appended = found.split(",").length - 1;
      expect([found, appended >= 13], `stopped after call ${last}`).toEqual([messages(0, appended), true]);
      const next = open();
      for (let i = appended; i < 20; i++) await appendJson(next, "s", String(i));
      await freed(bed);
      expect(await contentOf(open(), "s")).toBe(messages(0, 20));
      expect(await counts(), `stopped after call ${last}`).toEqual([1, 1, 1]);
    }
  });
});
