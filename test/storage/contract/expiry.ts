import { describe, expect } from "vitest";
import { formatOffset } from "../../../src/shared/index.ts";
import { settled } from "../../support/fake-clock.ts";
import type { Check, StoreUnderTest } from "./harness.ts";
import { append, bytes, close, contentOf, create, NOW, refusal, refusalTag } from "./support.ts";

/** A lifetime of 100 s: a tenth of it is 10 s. */
const TTL = { ttlSeconds: 100 };
const producer = { id: "p", epoch: 0, seq: 0 };

/** Lifetimes (PROTOCOL.md §5.1, §4.2). */
export function expiryContract(check: Check): void {
  describe("a sliding lifetime", () => {
    check("ends when nobody uses the stream", async ({ store, clock }) => {
      await create(store, "s", TTL);
      await clock.advance(99_999);
      expect(store.has("s")).toBe(true);
      await clock.advance(1);
      expect(store.has("s")).toBe(false);
      expect(await refusalTag(store.head("s"))).toBe("StreamNotFoundError");
      expect(await refusalTag(store.read("s"))).toBe("StreamNotFoundError");
      expect(await refusalTag(append(store, "s", "x"))).toBe("StreamNotFoundError");
      expect(await refusalTag(store.delete("s"))).toBe("StreamNotFoundError");
    });

    check("of no seconds is over at once", async ({ store }) => {
      await create(store, "s", { ttlSeconds: 0 });
      expect(await refusalTag(store.head("s"))).toBe("StreamNotFoundError");
    });

    const uses: [string, (store: StoreUnderTest) => Promise<unknown>][] = [
      ["a read", (store) => store.read("s")],
      ["a read from now", (store) => store.read("s", { offset: NOW })],
      ["a get", (store) => store.get("s")],
      ["an append", (store) => append(store, "s", "x")],
      ["a duplicate", (store) => append(store, "s", "first", { producer })],
      ["a close", (store) => close(store, "s")],
    ];
    for (const [use, act] of uses) {
      check(`starts anew with ${use}`, async ({ store, clock }) => {
        await create(store, "s", TTL);
        await append(store, "s", "first", { producer });
        await clock.advance(99_000);
        await act(store);
        await clock.advance(99_000);
        expect(store.has("s")).toBe(true);
        await clock.advance(1000);
        expect(store.has("s")).toBe(false);
      });
    }

    check("starts anew with a repeated close", async ({ store, clock }) => {
      await create(store, "s", TTL);
      await close(store, "s");
      await clock.advance(99_000);
      await close(store, "s");
      await clock.advance(99_000);
      expect(store.has("s")).toBe(true);
    });

    const others: [string, (store: StoreUnderTest) => Promise<unknown>][] = [
      ["HEAD", (store) => store.head("s")],
      ["a repeated PUT", (store) => create(store, "s", TTL)],
      ["a fork", (store) => store.put("fork", { forkedFrom: "s" })],
      ["a refused append", (store) => refusal(append(store, "s", "x", { contentType: "text/html" }))],
      ["a refused read", (store) => refusal(store.read("s", { offset: formatOffset(0, 99) }))],
      ["a read of another stream's identity", (store) => refusal(store.read("s", { streamId: "another" }))],
      ["a refused PUT", (store) => refusal(create(store, "s"))],
    ];
    for (const [use, act] of others) {
      check(`does not start anew with ${use}`, async ({ store, clock }) => {
        await create(store, "s", TTL);
        await clock.advance(99_000);
        await act(store);
        await clock.advance(1000);
        expect(store.has("s")).toBe(false);
      });
    }

    check("does not start anew when a fork reads the stream", async ({ store, clock }) => {
      await create(store, "s", { ...TTL, data: bytes("abc") });
      await store.put("fork", { forkedFrom: "s", ttlSeconds: 1000 });
      await clock.advance(99_000);
      expect(await contentOf(store, "fork")).toBe("abc");
      await clock.advance(1000);
      expect(await refusalTag(store.head("s"))).toBe("StreamGoneError");
      expect(await contentOf(store, "fork")).toBe("abc");
    });

    check("is not shortened by many reads in the same moment", async ({ store, clock }) => {
      await create(store, "s", TTL);
      await clock.advance(50_000);
      await Promise.all(Array.from({ length: 20 }, () => store.read("s")));
      await clock.advance(99_999);
      expect(store.has("s")).toBe(true);
      await clock.advance(1);
      expect(store.has("s")).toBe(false);
    });
  });

  describe("an absolute end of life", () => {
    const expiresAt = "2026-01-01T00:01:40Z";

    check("comes whatever is done", async ({ store, clock }) => {
      await create(store, "s", { expiresAt });
      await clock.advance(99_999);
      await append(store, "s", "x");
      await store.read("s");
      expect(store.has("s")).toBe(true);
      await clock.advance(1);
      expect(await refusalTag(store.read("s"))).toBe("StreamNotFoundError");
    });

    check("in the past is over at once", async ({ store }) => {
      await create(store, "s", { expiresAt: "2020-01-01T00:00:00Z" });
      expect(store.has("s")).toBe(false);
    });

    check("is not deferred by who watches", async ({ store, clock }) => {
      await create(store, "s", { expiresAt });
      store.watch("s", () => {});
      await store.read("s");
      await clock.advance(100_000);
      expect(store.has("s")).toBe(false);
    });
  });

  describe("an expired stream", () => {
    check("makes room for a new one at once", async ({ store, clock }) => {
      const old = await create(store, "s", { ...TTL, data: bytes("old") });
      await clock.advance(100_000);
      const fresh = await create(store, "s", { data: bytes("new") });
      expect(fresh.created).toBe(true);
      expect(fresh.streamId).not.toBe(old.streamId);
      expect(await contentOf(store, "s")).toBe("new");
      await store.maintain();
      expect(await contentOf(store, "s")).toBe("new");
    });

    check("ends the wait of a reader once it is cleared away", async ({ store, clock }) => {
      await create(store, "s", { expiresAt: "2026-01-01T00:01:40Z" });
      const wait = refusal(store.waitForData("s", NOW, 1_000_000));
      await settled();
      await clock.advance(100_000);
      await store.maintain();
      expect(await wait).toMatchObject({ _tag: "StreamNotFoundError" });
      expect(clock.pending).toBe(0);
    });
  });

  describe("maintain", () => {
    check("plans nothing for streams that live for ever", async ({ store }) => {
      await create(store, "s");
      expect(await store.maintain()).toBeUndefined();
    });

    check("asks to be called when the first life may end", async ({ store, clock }) => {
      await create(store, "a", { ttlSeconds: 200 });
      await create(store, "b", TTL);
      expect(await store.maintain()).toBe(clock.now() + 100_000);
    });

    check("clears away what is over, and nothing else", async ({ store, clock }) => {
      await create(store, "a", { ttlSeconds: 200 });
      await create(store, "b", TTL);
      await clock.advance(100_000);
      expect(await store.maintain()).toBe(clock.now() + 100_000);
      expect(store.has("a")).toBe(true);
    });

    check("looks again later when the stream was used meanwhile", async ({ store, clock }) => {
      await create(store, "s", TTL);
      await clock.advance(60_000);
      await store.read("s");
      await clock.advance(40_000);
      expect(await store.maintain()).toBe(clock.now() + 60_000);
      await clock.advance(60_000);
      expect(await store.maintain()).toBeUndefined();
    });

    check("plans nothing any more for a stream that was deleted", async ({ store }) => {
      await create(store, "s", TTL);
      await store.delete("s");
      expect(await store.maintain()).toBeUndefined();
    });

    check("may run twice at the same time", async ({ store, clock }) => {
      for (let i = 0; i < 120; i++) await create(store, `s${i}`, TTL);
      await clock.advance(100_000);
      await Promise.all([store.maintain(), store.maintain()]);
      expect(await store.maintain()).toBeUndefined();
    });
  });
}
