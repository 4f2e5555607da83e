import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { R2Store } from "../../../src/server/storage/r2/index.ts";
import {
  append,
  appendJson,
  bytes,
  bytesOf,
  contentOf,
  create,
  createJson,
  offsetsOf,
  text,
} from "../../storage/contract/support.ts";
import { FakeClock, settled, tracked } from "../../support/fake-clock.ts";
import { StorageFault } from "../d1/faults.ts";
import { empty, keys } from "./harness.ts";
import { type Around, intercept } from "./intercept.ts";

/** Commits' objects are kept for an hour. */
const LONG_AFTER_MS = 2 * 3_600_000;
const TIMEOUT_MS = 60_000;
const COMMITS = 150;

beforeEach(empty);

const objects = async (kind: string) => (await keys()).filter((key) => key.includes(`/${kind}/`));

/** A stream "s" of small messages, some commits without bytes among them. */
async function withStream(commits = COMMITS) {
  const clock = new FakeClock();
  const store = new R2Store(env.BUCKET, { clock });
  await createJson(store, "s");
  for (let i = 0; i < commits; i++)
    await appendJson(store, "s", String(i), { producer: { id: "p", epoch: 0, seq: i } });
  const content = Array.from({ length: commits }, (_, i) => `${i},`).join("");
  return { clock, store, content, open: () => new R2Store(env.BUCKET, { clock }) };
}

/** Stops a process at one of the calls that it makes once it is `armed`. */
function stoppingAt(last: number) {
  let calls = 0;
  let armed = false;
  const around: Around = (run) => {
    if (armed) calls += 1;
    return calls < last ? tracked(run()) : Promise.reject(new StorageFault("The process stopped"));
  };
  const arm = (): void => {
    armed = true;
  };
  return { around, arm, stopped: () => calls >= last };
}

describe("small appends are rolled up", () => {
  test("and their objects freed an hour later, but for those after the last segment", async () => {
    const { store, clock, content, open } = await withStream();
    expect(await objects("segments-1")).toHaveLength(2);
    expect(await objects("commits")).toHaveLength(COMMITS);
    expect(await store.maintain()).toBe(clock.now() + 3_600_000);
    await clock.advance(LONG_AFTER_MS);
    expect(await store.maintain()).toBeUndefined();
    expect(await objects("commits")).toHaveLength(COMMITS - 127);
    expect(await contentOf(open(), "s")).toBe(content);
    expect(await contentOf(store, "s")).toBe(content);
  });

  test("with the offsets that they had", async () => {
    const { store, clock, content, open } = await withStream();
    const before = await offsetsOf(store, "s");
    await clock.advance(LONG_AFTER_MS);
    await store.maintain();
    expect(await offsetsOf(open(), "s")).toEqual(before);
    const messages = content.split(",").slice(0, -1);
    for (const at of [0, 1, 62, 63, 64, 126, 127, 128, 148]) {
      const rest = messages.slice(at + 1).map((message) => `${message},`);
      expect(await contentOf(open(), "s", before[at])).toBe(rest.join(""));
    }
  });

  test("and an instance that has not looked for long goes on at the tail", async () => {
    const { store, clock, content, open } = await withStream(10);
    for (let i = 10; i < COMMITS; i++) await appendJson(open(), "s", String(i));
    await clock.advance(LONG_AFTER_MS);
    await open().maintain();
    await appendJson(store, "s", '"late"');
    expect(await contentOf(open(), "s")).toMatch(/^0,1,.*,149,"late",$/);
    expect(content).toBe("0,1,2,3,4,5,6,7,8,9,");
  });

  test("while a page that was begun before is read on", async () => {
    const { store, clock, content, open } = await withStream();
    const page = await store.read("s");
    const other = await open().read("s");
    await clock.advance(LONG_AFTER_MS);
    await open().maintain();
    expect(text(await bytesOf(page))).toBe(content);
    expect(text(await bytesOf(other))).toBe(content);
  });

  test("unless they are large", async () => {
    const clock = new FakeClock();
    const store = new R2Store(env.BUCKET, { clock });
    await create(store, "s", { data: bytes("x") });
    for (let i = 0; i < 70; i++) await append(store, "s", String(i % 10).repeat(100_000));
    await clock.advance(LONG_AFTER_MS);
    await store.maintain();
    expect(await objects("segments-1")).toHaveLength(0);
    const content = await contentOf(new R2Store(env.BUCKET, { clock }), "s");
    expect(content).toBe(`x${Array.from({ length: 70 }, (_, i) => String(i % 10).repeat(100_000)).join("")}`);
  });

  test("and deleted with their stream", async () => {
    const { store, clock } = await withStream();
    await store.delete("s");
    expect(await store.maintain()).toBeUndefined();
    expect(await keys("dcs/streams/")).toEqual([]);
    await clock.advance(LONG_AFTER_MS);
    expect(await store.maintain()).toBeUndefined();
    expect(await keys("dcs/tasks/")).toEqual([]);
  });
});

describe("no reader sees a gap", () => {
  test(
    "at any call by which commits are rolled up and freed",
    async () => {
      const { clock, content, open } = await withStream(62);
      let looks = 0;
      const around: Around = async (run) => {
        looks += 1;
        expect(await contentOf(open(), "s")).toMatch(new RegExp(`^${content}`));
        return run();
      };
      const watched = new R2Store(intercept(env.BUCKET, around), { clock });
      for (let i = 62; i < 66; i++) await appendJson(watched, "s", String(i));
      await clock.advance(LONG_AFTER_MS);
      await watched.maintain();
      expect(await objects("commits")).toHaveLength(3);
      expect(looks).toBeGreaterThan(70);
    },
    TIMEOUT_MS,
  );

  test(
    "when commits are freed between any two of its own calls",
    async () => {
      for (let pause = 1, calls = 1; calls >= pause - 1; pause++) {
        await empty();
        const { clock, content, open } = await withStream(70);
        await clock.advance(LONG_AFTER_MS);
        calls = 0;
        const around: Around = async (run) => {
          calls += 1;
          if (calls === pause) await open().maintain();
          return run();
        };
        expect(await contentOf(new R2Store(intercept(env.BUCKET, around), { clock }), "s")).toBe(content);
        expect(await objects("commits")).toHaveLength(calls < pause ? 70 : 7);
      }
    },
    TIMEOUT_MS,
  );
});

describe("rolling up and freeing, cut off at any call to the bucket,", () => {
  test(
    "loses nothing and is done by the next process",
    async () => {
      for (let last = 1; ; last++) {
        await empty();
        const clock = new FakeClock();
        const { around, arm, stopped } = stoppingAt(last);
        const open = () => new R2Store(env.BUCKET, { clock });
        const store = new R2Store(intercept(env.BUCKET, around), { clock });
        await createJson(store, "s");
        for (let i = 0; i < 62; i++) await appendJson(store, "s", String(i));
        arm();
        // A process that stopped does not come back: what it waits for is not waited for.
        void (async () => {
          for (const message of ["62", "63"]) await appendJson(store, "s", message);
          await clock.advance(LONG_AFTER_MS);
          await store.maintain();
        })().catch(() => {});
        await settled();
        const found = await contentOf(open(), "s");
        expect(found, `stopped at call ${last}`).toMatch(/^0,1,2,.*,60,61,(62,(63,)?)?$/);
        const other = open();
        for (let i = 0; i < 66; i++) await appendJson(other, "s", '"x"');
        await clock.advance(LONG_AFTER_MS);
        await open().maintain();
        expect(await open().maintain()).toBeUndefined();
        expect(await contentOf(open(), "s")).toBe(found + '"x",'.repeat(66));
        expect((await objects("commits")).length, `stopped at call ${last}`).toBeLessThan(66);
        if (!stopped()) break;
      }
    },
    4 * TIMEOUT_MS,
  );
});
