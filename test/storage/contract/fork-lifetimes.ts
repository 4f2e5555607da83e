import { describe, expect } from "vitest";
import type { PutOptions } from "../../../src/server/storage/index.ts";
import { settled } from "../../support/fake-clock.ts";
import type { Check } from "./harness.ts";
import { append, bytes, contentOf, create, JSON_TYPE, NOW, refusal, refusalTag, START } from "./support.ts";

/** How long forks and their sources live, and what a repeated fork is told (PROTOCOL.md §4.2). */
export function forkLifetimeContract(check: Check): void {
  describe("a fork's lifetime", () => {
    const sliding = { ttlSeconds: 100 };
    const absolute = { expiresAt: "2030-01-01T00:00:00Z" };
    const table: [string, PutOptions, PutOptions, PutOptions][] = [
      ["none of none", {}, {}, {}],
      ["its own sliding one of none", {}, { ttlSeconds: 7 }, { ttlSeconds: 7 }],
      ["its own absolute one of none", {}, absolute, absolute],
      ["the source's sliding one", sliding, {}, sliding],
      ["its own sliding one instead of a sliding one", sliding, { ttlSeconds: 7 }, { ttlSeconds: 7 }],
      ["its own absolute one instead of a sliding one", sliding, absolute, absolute],
      ["the source's absolute one", absolute, {}, absolute],
      ["its own sliding one instead of an absolute one", absolute, { ttlSeconds: 7 }, { ttlSeconds: 7 }],
      [
        "its own absolute one instead of an absolute one",
        absolute,
        { expiresAt: "2031-01-01T00:00:00Z" },
        { expiresAt: "2031-01-01T00:00:00Z" },
      ],
    ];
    for (const [what, source, fork, expected] of table) {
      check(`is ${what}`, async ({ store }) => {
        await create(store, "source", source);
        await store.put("fork", { forkedFrom: "source", ...fork });
        const { ttlSeconds, expiresAt } = await store.head("fork");
        expect({ ttlSeconds, expiresAt }).toEqual({ ttlSeconds: undefined, expiresAt: undefined, ...expected });
      });
    }

    check("starts when the fork is created", async ({ store, clock }) => {
      await create(store, "source", sliding);
      await clock.advance(60_000);
      await store.put("fork", { forkedFrom: "source" });
      await clock.advance(99_000);
      expect(store.has("source")).toBe(false);
      expect(store.has("fork")).toBe(true);
    });
  });

  describe("a repeated fork", () => {
    check("is confirmed", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      const first = await store.put("fork", { forkedFrom: "source" });
      expect(await store.put("fork", { forkedFrom: "source" })).toEqual({ ...first, created: false });
    });

    check("is confirmed after the source grew", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("fork", { forkedFrom: "source" });
      await append(store, "source", "def");
      expect(await store.put("fork", { forkedFrom: "source" })).toMatchObject({ created: false });
      expect(await contentOf(store, "fork")).toBe("abc");
    });

    check("is confirmed after the source was deleted", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("fork", { forkedFrom: "source" });
      await store.delete("source");
      expect(await store.put("fork", { forkedFrom: "source" })).toMatchObject({ created: false });
    });

    check("is confirmed with what was inherited left out again", async ({ store }) => {
      await create(store, "source", { ttlSeconds: 100 });
      await store.put("fork", { forkedFrom: "source" });
      expect(await store.put("fork", { forkedFrom: "source" })).toMatchObject({ created: false, ttlSeconds: 100 });
      expect(await refusalTag(store.put("fork", { forkedFrom: "source", ttlSeconds: 100 }))).toBe(
        "StreamConflictError",
      );
    });

    const others: [string, PutOptions][] = [
      ["another source", { forkedFrom: "other" }],
      ["an offset where there was none", { forkedFrom: "source", forkOffset: START }],
      ["another lifetime", { forkedFrom: "source", ttlSeconds: 5 }],
      ["another content type", { forkedFrom: "source", contentType: JSON_TYPE }],
      ["no source", { contentType: "text/plain" }],
    ];
    for (const [what, options] of others) {
      check(`is refused with ${what}`, async ({ store }) => {
        await create(store, "source");
        await create(store, "other");
        await store.put("fork", { forkedFrom: "source" });
        expect(await refusalTag(store.put("fork", options))).toBe("StreamConflictError");
      });
    }

    check("is refused with another sub-offset", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("fork", { forkedFrom: "source", forkOffset: START, forkSubOffset: 1 });
      expect(await refusalTag(store.put("fork", { forkedFrom: "source", forkOffset: START, forkSubOffset: 2 }))).toBe(
        "StreamConflictError",
      );
    });
  });

  describe("a deleted stream with forks", () => {
    check("is gone for everybody", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("fork", { forkedFrom: "source" });
      await store.delete("source");
      expect(store.has("source")).toBe(false);
      expect(await refusalTag(store.head("source"))).toBe("StreamGoneError");
      expect(await refusalTag(store.read("source"))).toBe("StreamGoneError");
      expect(await refusalTag(append(store, "source", "x"))).toBe("StreamGoneError");
      expect(await refusalTag(store.delete("source"))).toBe("StreamGoneError");
      expect(await refusalTag(create(store, "source"))).toBe("StreamConflictError");
    });

    check("is still read by its forks", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("fork", { forkedFrom: "source" });
      await store.delete("source");
      await append(store, "fork", "def");
      expect(await contentOf(store, "fork")).toBe("abcdef");
    });

    check("ends the waits on it", async ({ store }) => {
      await create(store, "source");
      await store.put("fork", { forkedFrom: "source" });
      const wait = refusal(store.waitForData("source", NOW, 1000));
      await settled();
      await store.delete("source");
      expect(await wait).toMatchObject({ _tag: "StreamGoneError" });
    });

    check("goes for good with its last fork", async ({ store }) => {
      await create(store, "source");
      await store.put("one", { forkedFrom: "source" });
      await store.put("two", { forkedFrom: "source" });
      await store.delete("source");
      await store.delete("one");
      expect(await refusalTag(store.head("source"))).toBe("StreamGoneError");
      await store.delete("two");
      expect(await refusalTag(store.head("source"))).toBe("StreamNotFoundError");
      expect(await create(store, "source")).toMatchObject({ created: true });
      expect(await store.maintain()).toBeUndefined();
    });

    check("goes for good with its last fork, however much else is overdue", async ({ store, clock }) => {
      for (let i = 0; i < 60; i++) await create(store, `overdue${i}`, { ttlSeconds: 1 });
      await create(store, "source");
      await store.put("fork", { forkedFrom: "source" });
      await store.delete("source");
      await clock.advance(10_000);
      await store.delete("fork");
      expect(await refusalTag(store.head("source"))).toBe("StreamNotFoundError");
    });

    check("goes for good when its last fork expires", async ({ store, clock }) => {
      await create(store, "source");
      await store.put("fork", { forkedFrom: "source", ttlSeconds: 10 });
      await store.delete("source");
      await clock.advance(10_000);
      expect(await store.maintain()).toBeUndefined();
      expect(await refusalTag(store.head("source"))).toBe("StreamNotFoundError");
    });

    check("goes for good when another stream takes its expired fork's place", async ({ store, clock }) => {
      await create(store, "source");
      await store.put("fork", { forkedFrom: "source", ttlSeconds: 10 });
      await store.delete("source");
      await clock.advance(10_000);
      await create(store, "fork");
      expect(await store.maintain()).toBeUndefined();
      expect(await refusalTag(store.head("source"))).toBe("StreamNotFoundError");
    });

    check("is one whose life is over as well", async ({ store, clock }) => {
      await create(store, "source", { ttlSeconds: 10, data: bytes("abc") });
      await store.put("fork", { forkedFrom: "source", ttlSeconds: 1000 });
      await clock.advance(10_000);
      expect(await refusalTag(store.read("source"))).toBe("StreamGoneError");
      expect(await refusalTag(create(store, "source", { ttlSeconds: 10 }))).toBe("StreamConflictError");
      await store.maintain();
      expect(await refusalTag(store.read("source"))).toBe("StreamGoneError");
      expect(await contentOf(store, "fork")).toBe("abc");
      await store.delete("fork");
      expect(await refusalTag(store.read("source"))).toBe("StreamNotFoundError");
      expect(await store.maintain()).toBeUndefined();
    });

    check("lives on when only its forks are deleted", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("fork", { forkedFrom: "source" });
      await store.delete("fork");
      expect(await contentOf(store, "source")).toBe("abc");
      await store.delete("source");
      expect(await refusalTag(store.head("source"))).toBe("StreamNotFoundError");
    });
  });
}
