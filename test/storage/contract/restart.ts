import { describe, expect } from "vitest";
import { settled } from "../../support/fake-clock.ts";
import { ForkLink } from "./fork-link.ts";
import type { Check, DurableBed } from "./harness.ts";
import {
  append,
  appendJson,
  bytes,
  bytesOf,
  close,
  contentOf,
  create,
  createJson,
  offsetsOf,
  refusal,
  refusalTag,
} from "./support.ts";

/** What a store that keeps its promises over a restart finds again. */
export function restartContract(check: Check<DurableBed>): void {
  describe("after a restart", () => {
    check("a stream is what it was", async ({ store, restart }) => {
      await createJson(store, "s", "[1]", { ttlSeconds: 100 });
      await appendJson(store, "s", '{"a":2}');
      const head = await store.head("s");
      const offsets = await offsetsOf(store, "s");
      const next = restart();
      expect(await next.head("s")).toEqual(head);
      expect(next.has("s")).toBe(true);
      expect(await offsetsOf(next, "s")).toEqual(offsets);
      expect(await contentOf(next, "s")).toBe('1,{"a":2},');
    });

    check("a closed stream is closed", async ({ store, restart }) => {
      await create(store, "s");
      await close(store, "s");
      expect(await refusalTag(append(restart(), "s", "x"))).toBe("StreamClosedError");
    });

    check("a producer's last append is known", async ({ store, restart }) => {
      await create(store, "s");
      await append(store, "s", "a", { producer: { id: "p", epoch: 2, seq: 0 } });
      const next = restart();
      expect(await append(next, "s", "a", { producer: { id: "p", epoch: 2, seq: 0 } })).toMatchObject({
        appended: false,
      });
      expect(await refusal(append(next, "s", "x", { producer: { id: "p", epoch: 2, seq: 2 } }))).toMatchObject({
        expected: 1,
      });
      expect(await refusalTag(append(next, "s", "x", { producer: { id: "p", epoch: 1, seq: 0 } }))).toBe(
        "ProducerFencedError",
      );
    });

    check("the last Stream-Seq is known", async ({ store, restart }) => {
      await create(store, "s");
      await append(store, "s", "a", { seq: "5" });
      expect(await refusalTag(append(restart(), "s", "b", { seq: "5" }))).toBe("SequenceConflictError");
    });

    check("appends go on where they ended", async ({ store, restart }) => {
      await create(store, "s");
      let current = store;
      for (let i = 0; i < 20; i++) {
        await append(current, "s", `${i},`.repeat(500));
        current = restart();
      }
      const content = await contentOf(current, "s");
      expect(content).toBe(Array.from({ length: 20 }, (_, i) => `${i},`.repeat(500)).join(""));
    });

    check("a page that was begun before is read on", async ({ store, restart }) => {
      await create(store, "s", { data: bytes("x".repeat(2_000_000)) });
      const page = await store.read("s");
      await append(restart(), "s", "y");
      expect(await bytesOf(page)).toHaveLength(2_000_000);
    });

    check("forks read and keep their sources", async ({ store, restart }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("fork", { forkedFrom: "source" });
      await restart().delete("source");
      const next = restart();
      expect(await contentOf(next, "fork")).toBe("abc");
      expect(await next.put("fork", { forkedFrom: "source" })).toMatchObject({ created: false });
      expect(await refusalTag(next.head("source"))).toBe("StreamGoneError");
      await next.delete("fork");
      expect(await refusalTag(restart().head("source"))).toBe("StreamNotFoundError");
    });

    check("a deleted stream stays deleted, and a new one gets nothing of it", async ({ store, restart }) => {
      await create(store, "s", { data: bytes("old") });
      await store.delete("s");
      const next = restart();
      expect(await refusalTag(next.head("s"))).toBe("StreamNotFoundError");
      await create(next, "s");
      expect(await contentOf(restart(), "s")).toBe("");
    });

    const link = new ForkLink();
    check(
      "a fork that was half done is undone",
      async ({ store, clock, restart }) => {
        link.connect(store);
        link.afterAcquire = () => new Promise(() => {});
        await create(store, "source");
        void store.put("fork", { forkedFrom: "source" });
        await settled();
        await clock.advance(60_000);
        const next = restart();
        expect(await next.maintain()).toBeUndefined();
        await next.delete("source");
        expect(await refusalTag(next.head("source"))).toBe("StreamNotFoundError");
      },
      { forkSource: link },
    );

    check("planned work is still planned", async ({ store, clock, restart }) => {
      await create(store, "s", { ttlSeconds: 100 });
      expect(await restart().maintain()).toBe(clock.now() + 100_000);
    });
  });
}
