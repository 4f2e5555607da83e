import { describe, expect } from "vitest";
import { parseOffset } from "../../../src/shared/index.ts";
import type { Check } from "./harness.ts";
import { append, bytes, close, contentOf, create, createJson, JSON_TYPE, refusal, refusalTag } from "./support.ts";

/** Creation (PROTOCOL.md §5.1). */
export function createContract(check: Check): void {
  describe("put", () => {
    check("creates an empty stream of bytes when nothing is said", async ({ store }) => {
      expect(await store.put("s")).toMatchObject({
        created: true,
        contentType: "application/octet-stream",
        closed: false,
        nextOffset: "0000000000000000_0000000000000000",
      });
    });

    check("stores the first content", async ({ store }) => {
      const { nextOffset } = await create(store, "s", { data: bytes("first") });
      expect(parseOffset(nextOffset)).toMatchObject({ pos: 5 });
      expect(await contentOf(store, "s")).toBe("first");
    });

    check("answers a repeated request with the same stream", async ({ store }) => {
      const first = await create(store, "s", { data: bytes("first") });
      await append(store, "s", " second");
      const again = await create(store, "s", { data: bytes("first") });
      expect(again).toMatchObject({ created: false, streamId: first.streamId });
      expect(await contentOf(store, "s")).toBe("first second");
    });

    check("takes content types as equal that differ in case and parameters", async ({ store }) => {
      await store.put("s", { contentType: "text/plain; charset=utf-8" });
      expect(await store.put("s", { contentType: "Text/Plain" })).toMatchObject({ created: false });
    });

    check("keeps the parameters of the content type", async ({ store }) => {
      await store.put("s", { contentType: "text/plain; charset=utf-8" });
      expect((await store.head("s")).contentType).toBe("text/plain; charset=utf-8");
    });

    check("refuses a stream of another content type at the same path", async ({ store }) => {
      await create(store, "s");
      expect(await refusalTag(store.put("s", { contentType: JSON_TYPE }))).toBe("StreamConflictError");
    });

    check("refuses another sliding lifetime at the same path", async ({ store }) => {
      await create(store, "s", { ttlSeconds: 60 });
      expect(await refusalTag(create(store, "s", { ttlSeconds: 61 }))).toBe("StreamConflictError");
    });

    check("refuses to leave out the lifetime that the stream has", async ({ store }) => {
      await create(store, "s", { ttlSeconds: 60 });
      expect(await refusalTag(create(store, "s"))).toBe("StreamConflictError");
    });

    check("takes the same instant in another notation as the same end of life", async ({ store }) => {
      await create(store, "s", { expiresAt: "2030-01-01T00:00:00Z" });
      expect(await create(store, "s", { expiresAt: "2030-01-01T01:00:00+01:00" })).toMatchObject({ created: false });
    });

    check("refuses an open stream where a closed one is", async ({ store }) => {
      await create(store, "s");
      await close(store, "s");
      expect(await refusalTag(create(store, "s"))).toBe("StreamConflictError");
    });

    check("refuses a plain stream where a fork is", async ({ store }) => {
      await create(store, "source");
      await store.put("s", { forkedFrom: "source" });
      expect(await refusalTag(create(store, "s"))).toBe("StreamConflictError");
    });

    check("creates a closed stream with everything it will ever hold", async ({ store }) => {
      expect(await create(store, "s", { data: bytes("all"), closed: true })).toMatchObject({ closed: true });
      expect(await contentOf(store, "s")).toBe("all");
      expect(await refusalTag(append(store, "s", "more"))).toBe("StreamClosedError");
    });

    check("creates a closed stream that is empty", async ({ store }) => {
      await create(store, "s", { closed: true });
      expect(await store.read("s")).toMatchObject({ byteLength: 0, closed: true, upToDate: true });
    });

    check("confirms a closed stream", async ({ store }) => {
      await create(store, "s", { closed: true });
      expect(await create(store, "s", { closed: true })).toMatchObject({ created: false, closed: true });
    });

    check("takes an empty array as no content", async ({ store }) => {
      const { nextOffset } = await createJson(store, "s", " [ ] ");
      expect(nextOffset).toBe("0000000000000000_0000000000000000");
    });

    check("refuses invalid JSON and creates nothing", async ({ store }) => {
      expect(await refusalTag(createJson(store, "s", "[1,]"))).toBe("InvalidJsonError");
      expect(store.has("s")).toBe(false);
    });

    check("refuses a sliding and an absolute lifetime together", async ({ store }) => {
      const both = create(store, "s", { ttlSeconds: 60, expiresAt: "2030-01-01T00:00:00Z" });
      expect(await refusal(both)).toMatchObject({ _tag: "InvalidRequestError", parameter: "Stream-TTL" });
    });

    check("refuses a fraction of a second as lifetime", async ({ store }) => {
      expect(await refusalTag(create(store, "s", { ttlSeconds: 1.5 }))).toBe("InvalidRequestError");
    });

    check("refuses an end of life that is no date", async ({ store }) => {
      expect(await refusalTag(create(store, "s", { expiresAt: "tomorrow" }))).toBe("InvalidRequestError");
    });

    check("gives each stream an identity of its own", async ({ store }) => {
      const one = await create(store, "one");
      const two = await create(store, "two");
      expect(one.streamId).not.toBe(two.streamId);
    });

    check("lets one of two simultaneous requests create the stream", async ({ store }) => {
      const [one, two] = await Promise.all([create(store, "s"), create(store, "s")]);
      expect([one.created, two.created].sort()).toEqual([false, true]);
      expect(one.streamId).toBe(two.streamId);
    });

    check("keeps paths apart that a pattern would confuse", async ({ store }) => {
      for (const path of ["a", "A", "a%", "a_", "a/b", "a/", "ä"]) await create(store, path, { data: bytes(path) });
      for (const path of ["a", "A", "a%", "a_", "a/b", "a/", "ä"]) expect(await contentOf(store, path)).toBe(path);
    });
  });

  describe("head", () => {
    check("describes the stream", async ({ store, clock }) => {
      const { streamId, nextOffset } = await create(store, "s", { ttlSeconds: 60, data: bytes("abc") });
      expect(await store.head("s")).toEqual({
        streamId,
        contentType: "text/plain",
        nextOffset,
        etag: expect.stringContaining(streamId),
        closed: false,
        ttlSeconds: 60,
        expiresAt: undefined,
        createdAt: clock.now(),
      });
    });

    check("refuses a path that holds nothing", async ({ store }) => {
      expect(await refusal(store.head("s"))).toMatchObject({ _tag: "StreamNotFoundError", path: "s" });
    });

    check("has another entity tag once the stream is closed", async ({ store }) => {
      await create(store, "s");
      const open = await store.head("s");
      await close(store, "s");
      expect((await store.head("s")).etag).not.toBe(open.etag);
    });
  });

  describe("has", () => {
    check("knows a stream from its creation on", async ({ store }) => {
      expect(store.has("s")).toBe(false);
      await create(store, "s");
      expect(store.has("s")).toBe(true);
    });
  });
}
