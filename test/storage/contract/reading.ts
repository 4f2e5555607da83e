import { describe, expect } from "vitest";
import { formatOffset, parseOffset } from "../../../src/shared/index.ts";
import type { Check } from "./harness.ts";
import {
  append,
  at,
  bytes,
  bytesOf,
  contentOf,
  create,
  createJson,
  NOW,
  offsetsOf,
  refusal,
  refusalTag,
  START,
  text,
} from "./support.ts";

/** Catch-up reads (PROTOCOL.md §5.6, §8). */
export function readingContract(check: Check): void {
  describe("read", () => {
    check("covers an empty stream", async ({ store }) => {
      const { streamId } = await create(store, "s");
      const page = await store.read("s");
      expect(page).toMatchObject({ streamId, contentType: "text/plain", byteLength: 0, upToDate: true, closed: false });
      expect(page.nextOffset).toBe(page.startOffset);
      expect(await bytesOf(page)).toHaveLength(0);
    });

    check("starts at the beginning for -1 and for no offset alike", async ({ store }) => {
      await create(store, "s", { data: bytes("abc") });
      expect(await contentOf(store, "s", START)).toBe("abc");
      expect(text(await bytesOf(await store.read("s")))).toBe("abc");
    });

    check("starts at an offset that an append returned", async ({ store }) => {
      await create(store, "s");
      const { nextOffset } = await append(store, "s", "abc");
      await append(store, "s", "def");
      expect(await contentOf(store, "s", nextOffset)).toBe("def");
    });

    check("is empty at the tail", async ({ store }) => {
      const { nextOffset } = await create(store, "s", { data: bytes("abc") });
      expect(await store.read("s", { offset: nextOffset })).toMatchObject({
        byteLength: 0,
        upToDate: true,
        nextOffset,
      });
    });

    check("resolves now to the tail", async ({ store }) => {
      const { nextOffset } = await create(store, "s", { data: bytes("abc") });
      expect(await store.read("s", { offset: NOW })).toMatchObject({ startOffset: nextOffset, nextOffset });
    });

    check("keeps its range when the stream grows meanwhile", async ({ store }) => {
      await create(store, "s", { data: bytes("abc") });
      const page = await store.read("s");
      await append(store, "s", "def");
      expect(text(await bytesOf(page))).toBe("abc");
    });

    check("keeps a chunk that was handed out as it was", async ({ store }) => {
      await create(store, "s", { data: bytes("abc") });
      const chunks: Uint8Array[] = [];
      for await (const chunk of (await store.read("s")).chunks()) chunks.push(chunk);
      for (let i = 0; i < 50; i++) await append(store, "s", "defghij");
      expect(chunks.map(text)).toEqual(["abc"]);
    });

    check("joins pages of any size to the whole", async ({ store }) => {
      await create(store, "s");
      for (let i = 0; i < 40; i++) await append(store, "s", `${i}:${"x".repeat(i * 37)};`);
      const whole = await contentOf(store, "s");
      for (const maxBytes of [1, 7, 1000, 16_384, 1_000_000]) {
        let joined = "";
        let offset = START;
        for (let upToDate = false; !upToDate && joined.length < 20 * maxBytes; ) {
          const page = await store.read("s", { offset, maxBytes });
          joined += text(await bytesOf(page));
          ({ nextOffset: offset, upToDate } = page);
        }
        expect(joined).toBe(whole.slice(0, joined.length));
        expect(joined.length).toBe(Math.min(whole.length, 20 * maxBytes));
      }
    });

    check("gives the same range the same entity tag, and others another", async ({ store }) => {
      await create(store, "s", { data: bytes("abc") });
      const one = await store.read("s");
      expect((await store.read("s", { offset: START })).etag).toBe(one.etag);
      expect((await store.read("s", { maxBytes: 2 })).etag).not.toBe(one.etag);
      await append(store, "s", "d");
      expect((await store.read("s")).etag).not.toBe(one.etag);
    });

    check("refuses an offset beyond the tail and says where that is", async ({ store }) => {
      const { nextOffset } = await create(store, "s", { data: bytes("abc") });
      const offset = formatOffset(0, 4);
      expect(await refusal(store.read("s", { offset }))).toMatchObject({
        _tag: "InvalidOffsetError",
        offset,
        tail: nextOffset,
      });
    });

    check("takes an offset for the position in it, whatever ordinal goes with that", async ({ store }) => {
      const { nextOffset } = await create(store, "s", { data: bytes("abc") });
      expect(await contentOf(store, "s", formatOffset(99, 1))).toBe("bc");
      expect(await store.read("s", { offset: formatOffset(99, 3) })).toMatchObject({ startOffset: nextOffset });
    });

    check("refuses a stream that was created again since", async ({ store }) => {
      const { streamId } = await create(store, "s");
      await store.delete("s");
      await create(store, "s");
      expect(await refusalTag(store.read("s", { streamId }))).toBe("StreamNotFoundError");
    });

    check("refuses a path that holds nothing", async ({ store }) => {
      expect(await refusalTag(store.read("s"))).toBe("StreamNotFoundError");
    });

    check("mints for a page's end the offset that the append there returned", async ({ store }) => {
      await create(store, "s");
      const minted: string[] = [];
      for (let i = 0; i < 30; i++) minted.push((await append(store, "s", "x".repeat(3000))).nextOffset);
      const read: string[] = [];
      let offset = START;
      for (let upToDate = false; !upToDate; ) {
        ({ nextOffset: offset, upToDate } = await store.read("s", { offset, maxBytes: 3000 }));
        read.push(offset);
      }
      expect(read).toEqual(minted);
    });
  });

  describe("read of whole code points", () => {
    const euro = bytes("€");

    check("holds back a sequence that is not finished", async ({ store }) => {
      await create(store, "s", { data: bytes("a") });
      await store.append("s", euro.subarray(0, 2), { contentType: "text/plain" });
      const page = await store.read("s", { wholeCodePoints: true });
      expect(page).toMatchObject({ byteLength: 1, upToDate: false });
      await store.append("s", euro.subarray(2), { contentType: "text/plain" });
      expect(await contentOf(store, "s", page.nextOffset)).toBe("€");
    });

    check("cuts a page before a sequence that it would split", async ({ store }) => {
      await create(store, "s", { data: bytes("a€b") });
      const page = await store.read("s", { maxBytes: 3, wholeCodePoints: true });
      expect(text(await bytesOf(page))).toBe("a");
    });

    check("gives everything once the stream is closed", async ({ store }) => {
      await store.put("s", { contentType: "text/plain", data: euro.subarray(0, 2), closed: true });
      expect(await store.read("s", { wholeCodePoints: true })).toMatchObject({ byteLength: 2, closed: true });
    });

    check("looks across the edge between two streams", async ({ store }) => {
      await store.put("source", { contentType: "text/plain", data: euro.subarray(0, 2) });
      await store.put("s", { forkedFrom: "source" });
      expect(await store.read("s", { wholeCodePoints: true })).toMatchObject({ byteLength: 0 });
      await store.append("s", euro.subarray(2), { contentType: "text/plain" });
      expect(await store.read("s", { wholeCodePoints: true })).toMatchObject({ byteLength: 3 });
    });
  });

  describe("get", () => {
    check("returns each JSON message with the offset behind it", async ({ store }) => {
      await createJson(store, "s", '[1,"two",[3]]');
      const { messages, nextOffset } = await store.get("s");
      expect(messages.map(({ data }) => text(data))).toEqual(["1", '"two"', "[3]"]);
      expect(messages.map(({ offset }) => parseOffset(offset)?.pos)).toEqual([2, 8, 12]);
      expect(at(messages, -1).offset).toBe(nextOffset);
    });

    check("goes on from the offset of any message", async ({ store }) => {
      await createJson(store, "s", "[1,2,3]");
      const [first, second] = await offsetsOf(store, "s");
      expect(await contentOf(store, "s", first)).toBe("2,3,");
      expect(await contentOf(store, "s", second)).toBe("3,");
    });

    check("says when messages were written", async ({ store, clock }) => {
      await create(store, "s", { data: bytes("x".repeat(100_000)) });
      await clock.advance(5000);
      await append(store, "s", "y");
      const { messages } = await store.get("s");
      expect(messages.map(({ timestamp }) => timestamp)).toEqual([clock.now() - 5000, clock.now()]);
    });

    check("is bounded in bytes, but not below one message", async ({ store }) => {
      await createJson(store, "s", `["${"x".repeat(100)}",2,3]`);
      const { messages, nextOffset, upToDate } = await store.get("s", { maxBytes: 10 });
      expect(messages).toHaveLength(1);
      expect(upToDate).toBe(false);
      expect((await store.get("s", { offset: nextOffset, maxBytes: 4 })).messages).toHaveLength(2);
    });

    check("returns a million bytes of tiny messages", async ({ store }) => {
      await createJson(store, "s", `[${"1,".repeat(400_000)}1]`);
      expect((await store.get("s")).messages).toHaveLength(400_001);
    });
  });

  describe("formatResponse", () => {
    check("joins JSON messages to an array", async ({ store }) => {
      await createJson(store, "s", "[1, 2]");
      expect(text(store.formatResponse("s", (await store.get("s")).messages))).toBe("[1,2]");
      expect(text(store.formatResponse("s", []))).toBe("[]");
    });

    check("joins bytes to bytes", async ({ store }) => {
      await create(store, "s", { data: bytes("abc") });
      expect(text(store.formatResponse("s", (await store.get("s")).messages))).toBe("abc");
    });

    check("refuses a path that holds nothing", ({ store }) => {
      expect(() => store.formatResponse("s", [])).toThrow(expect.objectContaining({ _tag: "StreamNotFoundError" }));
      return Promise.resolve();
    });
  });
}
