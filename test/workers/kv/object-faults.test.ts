import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { KVStore } from "../../../src/server/storage/kv/index.ts";
import { append, bytes, bytesOf, contentOf, create, refusal } from "../../storage/contract/support.ts";
import { settled, tracked } from "../../support/fake-clock.ts";
import { ENDINGS, faulty, healthy, StorageFault, seeded, stopping } from "../shared/faults.ts";
import { HastyClock } from "../shared/hasty-clock.ts";
import { inObject } from "../sqlite-harness.ts";
import { freshPrefix } from "./harness.ts";
import { type Around, intercept } from "./intercept.ts";

interface Bed {
  /** Opens the store anew, with a KV whose calls go as told. */
  open(around: Around): KVStore;
  keys(): Promise<number>;
  readonly clock: HastyClock;
}

const withObject = (body: (bed: Bed) => Promise<void>): Promise<void> =>
  inObject((state) => {
    const prefix = freshPrefix();
    const clock = new HastyClock();
    return body({
      clock,
      open: (around) => {
        const kv = intercept(env.KV, (run, call) => tracked(around(run, call)));
        return new KVStore(kv, { state, prefix, packBytes: 40_000, clock });
      },
      keys: async () => (await env.KV.list({ prefix })).keys.length,
    });
  });

/** Appends of which each is a chunk, and what they make together. */
async function addChunks(store: KVStore, count: number): Promise<string> {
  let whole = "";
  for (let i = 0; i < count; i++) {
    const text = `${i},`.padStart(17_000, ".");
    whole += text;
    await append(store, "s", text);
  }
  return whole;
}

describe("with an object's storage and a KV", () => {
  test.each([1, 2, 3])("that fails, forgets its answers and dawdles, nothing is lost (seed %i)", (seed) =>
    withObject(async ({ open, keys }) => {
      const store = open(faulty({ before: 0.15, after: 0.15, late: 0.1, slow: 0.2 }, seeded(seed)));
      await create(store, "s");
      const whole = await addChunks(store, 30);
      await expect.poll(keys, { timeout: 20_000 }).toBeGreaterThan(5);
      expect(await contentOf(store, "s")).toBe(whole);
      expect(await contentOf(open(healthy), "s")).toBe(whole);
    }),
  );

  test("that is down, appends go on, and the bytes move when it is up again", () =>
    withObject(async ({ open, keys }) => {
      let isDown = true;
      const store = open((run) => (isDown ? Promise.reject(new StorageFault("down")) : run()));
      await create(store, "s");
      const first = await addChunks(store, 10);
      await settled();
      expect(await contentOf(store, "s")).toBe(first);
      expect(await keys()).toBe(0);
      isDown = false;
      const second = await addChunks(store, 2);
      // The move was put off while KV was down: it comes after a pause of its own.
      await expect.poll(keys, { timeout: 10_000 }).toBe(3);
      expect(await contentOf(store, "s")).toBe(first + second);
    }));

  test("that does not know a value for a while, a read waits for it", () =>
    withObject(async ({ open }) => {
      const writer = open(healthy);
      await create(writer, "s");
      const whole = await addChunks(writer, 10);
      await settled();
      let misses = 0;
      const reader = open(async <T>(run: () => Promise<T>): Promise<T> => {
        misses += 1;
        // What a namespace answers for a key that it does not know.
        return misses % 4 === 0 ? run() : (null as T);
      });
      expect(await contentOf(reader, "s")).toBe(whole);
      expect(misses).toBeGreaterThan(4);
    }));

  test("that never shows a value, a read fails with 503 and a body breaks, and neither ends short", () =>
    withObject(async ({ open }) => {
      let isLost = false;
      const store = open(
        async <T>(run: () => Promise<T>, { operation }: { operation: string }): Promise<T> =>
          isLost && operation === "get" ? (null as T) : run(),
      );
      await create(store, "s");
      const whole = await addChunks(store, 10);
      await settled();
      const page = await store.read("s");
      const reading = page.chunks()[Symbol.asyncIterator]();
      const first = await reading.next();
      isLost = true;
      expect(await refusal(store.get("s"))).toMatchObject({
        _tag: "UnavailableError",
        retryAfterSeconds: 5,
      });
      let length = first.value?.length ?? 0;
      const rest = async () => {
        for (let step = await reading.next(); !step.done; step = await reading.next()) length += step.value.length;
      };
      expect(await refusal(rest())).toMatchObject({ _tag: "UnavailableError" });
      expect(length).toBeLessThan(whole.length);
      isLost = false;
      expect(await contentOf(store, "s")).toBe(whole);
    }));

  test("that shows another value in a chunk's place, the value is refused", () =>
    withObject(async ({ open }) => {
      const store = open(healthy);
      await create(store, "s");
      await addChunks(store, 10);
      await settled();
      const stale = open(async <T>(run: () => Promise<T>): Promise<T> => {
        const answer = await run();
        // A cut value is as good as none.
        return answer instanceof ArrayBuffer ? (answer.slice(1) as T) : answer;
      });
      expect(await refusal(stale.get("s"))).toMatchObject({ _tag: "UnavailableError" });
    }));
});

describe("with an object's storage, a process that stops at its KV call", () => {
  for (const ending of ENDINGS) {
    for (const last of [1, 2, 3, 4, 5]) {
      test(`${last}, ${ending}, leaves the stream whole, and the next one goes on and frees all`, () =>
        withObject(async ({ open, keys }) => {
          const store = open(stopping(last, ending).around);
          await create(store, "s");
          const whole = await addChunks(store, 13);
          await settled();
          const next = open(healthy);
          expect(await contentOf(next, "s")).toBe(whole);
          await append(next, "s", "x".repeat(17_000));
          await settled();
          expect(await contentOf(next, "s")).toBe(whole + "x".repeat(17_000));
          await next.delete("s");
          await next.maintain();
          expect(await keys()).toBe(0);
          expect(next.isEmpty()).toBe(true);
        }));
    }

    for (const last of [1, 2, 3, 4]) {
      test(`${last} of a deletion, ${ending}, leaves nothing that the next one does not free`, () =>
        withObject(async ({ open, keys, clock }) => {
          const store = open(healthy);
          await create(store, "s", { data: bytes("x".repeat(400_000)) });
          await addChunks(store, 10);
          await settled();
          expect(await keys()).toBeGreaterThan(3);
          const doomed = open(stopping(last, ending).around);
          await doomed.delete("s");
          await doomed.maintain();
          const next = open(healthy);
          const page = await next.read("s").catch((error: unknown) => error);
          expect(page).toMatchObject({ _tag: "StreamNotFoundError" });
          clock.skip(2000);
          expect(await next.maintain()).toBeUndefined();
          expect(await keys()).toBe(0);
        }));
    }
  }

  test("before a pack is confirmed leaves a value that is freed when its write can no longer arrive", () =>
    withObject(async ({ open, keys, clock }) => {
      const store = open(stopping(1, "unanswered").around);
      await create(store, "s");
      await addChunks(store, 4);
      await settled();
      expect(await keys()).toBe(1);
      const next = open(healthy);
      await next.delete("s");
      expect(await next.maintain()).toBe(clock.now() + 60_000);
      expect(await keys()).toBe(0);
      clock.skip(60_000);
      expect(await next.maintain()).toBeUndefined();
    }));

  test("does not keep the next one from reading a page while bytes move", () =>
    withObject(async ({ open }) => {
      const store = open(healthy);
      await create(store, "s");
      const whole = await addChunks(store, 5);
      const page = await store.read("s");
      await addChunks(store, 5);
      await settled();
      expect(await bytesOf(page)).toHaveLength(whole.length);
    }));
});
