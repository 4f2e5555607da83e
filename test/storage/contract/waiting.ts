import { describe, expect } from "vitest";
import { settled } from "../../support/fake-clock.ts";
import type { Check } from "./harness.ts";
import { append, bytes, close, create, createJson, NOW, refusal, refusalTag, START, text } from "./support.ts";

/** Waiting and watching (PROTOCOL.md §5.7). */
export function waitingContract(check: Check): void {
  describe("waitForData", () => {
    check("returns at once what is there already", async ({ store, clock }) => {
      const { nextOffset } = await create(store, "s", { data: bytes("abc") });
      const { messages, ...rest } = await store.waitForData("s", START, 1000);
      expect(messages.map(({ data }) => text(data))).toEqual(["abc"]);
      expect(rest).toEqual({ nextOffset, timedOut: false, closed: false });
      expect(clock.pending).toBe(0);
    });

    check("is woken by an append", async ({ store, clock }) => {
      await create(store, "s");
      const wait = store.waitForData("s", NOW, 1000);
      await settled();
      await append(store, "s", "new");
      expect((await wait).messages.map(({ data }) => text(data))).toEqual(["new"]);
      expect(clock.pending).toBe(0);
    });

    check("is woken by an append that comes in the same turn", async ({ store }) => {
      const { nextOffset } = await create(store, "s", { data: bytes("old") });
      const [{ messages }] = await Promise.all([store.waitForData("s", nextOffset, 1000), append(store, "s", "new")]);
      expect(messages.map(({ data }) => text(data))).toEqual(["new"]);
    });

    check("is woken by a close", async ({ store, clock }) => {
      await create(store, "s", { data: bytes("abc") });
      const wait = store.waitForData("s", NOW, 1000);
      await settled();
      await close(store, "s");
      expect(await wait).toMatchObject({ messages: [], closed: true, timedOut: false });
      expect(clock.pending).toBe(0);
    });

    check("returns at once at the end of a closed stream", async ({ store }) => {
      const { nextOffset } = await create(store, "s", { data: bytes("abc"), closed: true });
      expect(await store.waitForData("s", nextOffset, 1000)).toMatchObject({ messages: [], closed: true });
    });

    check("ends when its time is up", async ({ store, clock }) => {
      const { nextOffset } = await create(store, "s", { data: bytes("abc") });
      const wait = store.waitForData("s", NOW, 1000);
      await clock.advance(999);
      expect(clock.pending).toBe(1);
      await clock.advance(1);
      expect(await wait).toEqual({ messages: [], nextOffset, timedOut: true, closed: false });
      expect(clock.pending).toBe(0);
    });

    check("ends when its signal fires, and leaves no timer", async ({ store, clock }) => {
      await create(store, "s");
      const controller = new AbortController();
      const wait = store.waitForData("s", NOW, 1000, { signal: controller.signal });
      await settled();
      controller.abort();
      expect(await wait).toMatchObject({ timedOut: true });
      expect(clock.pending).toBe(0);
    });

    check("does not wait when its signal has fired before", async ({ store, clock }) => {
      await create(store, "s");
      expect(await store.waitForData("s", NOW, 1000, { signal: AbortSignal.abort() })).toMatchObject({
        timedOut: true,
      });
      expect(clock.pending).toBe(0);
    });

    check("is not woken by other streams", async ({ store, clock }) => {
      await create(store, "s");
      await create(store, "other");
      const wait = store.waitForData("s", NOW, 1000);
      await settled();
      await append(store, "other", "x");
      await clock.advance(1000);
      expect(await wait).toMatchObject({ timedOut: true });
    });

    check("is not woken by a duplicate", async ({ store, clock }) => {
      await create(store, "s");
      const producer = { id: "p", epoch: 0, seq: 0 };
      await append(store, "s", "x", { producer });
      const wait = store.waitForData("s", NOW, 1000);
      await settled();
      await append(store, "s", "x", { producer });
      await clock.advance(1000);
      expect(await wait).toMatchObject({ timedOut: true });
    });

    check("refuses a path that holds nothing, and leaves no timer", async ({ store, clock }) => {
      expect(await refusalTag(store.waitForData("s", NOW, 1000))).toBe("StreamNotFoundError");
      expect(clock.pending).toBe(0);
    });

    check("wakes everybody who waits", async ({ store, clock }) => {
      await createJson(store, "s");
      const waits = Array.from({ length: 100 }, () => store.waitForData("s", NOW, 1000));
      await settled();
      await store.append("s", bytes("1"), { contentType: "application/json" });
      const results = await Promise.all(waits);
      expect(results.every(({ messages }) => messages.length === 1)).toBe(true);
      expect(clock.pending).toBe(0);
    });
  });

  describe("watch", () => {
    check("tells of appends, closes and deletion, and of nothing else", async ({ store }) => {
      await create(store, "s");
      let calls = 0;
      store.watch("s", () => {
        calls += 1;
      });
      await store.read("s");
      await store.head("s");
      await refusal(append(store, "s", ""));
      expect(calls).toBe(0);
      await append(store, "s", "x");
      expect(calls).toBe(1);
      await close(store, "s");
      expect(calls).toBe(2);
      await close(store, "s");
      expect(calls).toBe(2);
      await store.delete("s");
      expect(calls).toBe(3);
    });

    check("tells of a creation", async ({ store }) => {
      let calls = 0;
      store.watch("s", () => {
        calls += 1;
      });
      await create(store, "s");
      expect(calls).toBe(1);
    });

    check("ends once, whoever else watches with the same callback", async ({ store }) => {
      await create(store, "s");
      let calls = 0;
      const onChange = () => {
        calls += 1;
      };
      const unwatch = store.watch("s", onChange);
      store.watch("s", onChange);
      unwatch();
      unwatch();
      await append(store, "s", "x");
      expect(calls).toBe(1);
    });

    check("may be ended from within the call", async ({ store }) => {
      await create(store, "s");
      let calls = 0;
      const unwatch = store.watch("s", () => {
        calls += 1;
        unwatch();
      });
      store.watch("s", () => {
        calls += 1;
      });
      await append(store, "s", "x");
      await append(store, "s", "y");
      expect(calls).toBe(3);
    });
  });
}
