import { describe, expect } from "vitest";
import { formatOffset } from "../../../src/shared/index.ts";
import type { Check } from "./harness.ts";
import {
  append,
  appendJson,
  at,
  bytes,
  bytesOf,
  close,
  contentOf,
  create,
  createJson,
  JSON_TYPE,
  NOW,
  offsetsOf,
  refusal,
  refusalTag,
  START,
  text,
} from "./support.ts";

/** What forks inherit, of streams that are no forks themselves (PROTOCOL.md §4.2). */
export function forkContract(check: Check): void {
  describe("a fork", () => {
    check("inherits everything up to the tail when no offset is given", async ({ store }) => {
      const source = await create(store, "source", { data: bytes("abc") });
      const fork = await store.put("fork", { forkedFrom: "source" });
      expect(fork).toMatchObject({ created: true, contentType: "text/plain", nextOffset: source.nextOffset });
      expect(fork.streamId).not.toBe(source.streamId);
      expect(await contentOf(store, "fork")).toBe("abc");
    });

    check("goes its own way", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("fork", { forkedFrom: "source" });
      await append(store, "source", "-source");
      await append(store, "fork", "-fork");
      expect(await contentOf(store, "source")).toBe("abc-source");
      expect(await contentOf(store, "fork")).toBe("abc-fork");
    });

    check("inherits up to an offset that the source returned", async ({ store }) => {
      await create(store, "source");
      const { nextOffset } = await append(store, "source", "abc");
      await append(store, "source", "def");
      await store.put("fork", { forkedFrom: "source", forkOffset: nextOffset });
      expect(await contentOf(store, "fork")).toBe("abc");
    });

    check("inherits nothing from -1", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("fork", { forkedFrom: "source", forkOffset: START });
      expect(await contentOf(store, "fork")).toBe("");
      await append(store, "fork", "own");
      expect(await contentOf(store, "fork")).toBe("own");
    });

    check("of an empty stream is empty", async ({ store }) => {
      await createJson(store, "source");
      await store.put("fork", { forkedFrom: "source" });
      await appendJson(store, "source", "1");
      await appendJson(store, "fork", "2");
      expect(await contentOf(store, "fork")).toBe("2,");
    });

    check("shares the offsets of its source up to the fork point", async ({ store }) => {
      await createJson(store, "source", "[1,2,3]");
      await store.put("fork", { forkedFrom: "source" });
      await appendJson(store, "fork", "4");
      const shared = await offsetsOf(store, "source");
      expect((await offsetsOf(store, "fork")).slice(0, 3)).toEqual(shared);
      expect(await contentOf(store, "fork", at(shared, 1))).toBe("3,4,");
    });

    check("starts with content of its own", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("fork", { forkedFrom: "source", data: bytes("def") });
      expect(await contentOf(store, "fork")).toBe("abcdef");
    });

    check("of a closed stream is open, and is closed alone", async ({ store }) => {
      await create(store, "source", { data: bytes("abc"), closed: true });
      expect(await store.put("fork", { forkedFrom: "source" })).toMatchObject({ closed: false });
      await append(store, "fork", "def", { close: true });
      expect(await contentOf(store, "fork")).toBe("abcdef");
      expect(await store.read("fork", { offset: NOW })).toMatchObject({ closed: true });
    });

    check("that is closed leaves its source open", async ({ store }) => {
      await create(store, "source");
      await store.put("fork", { forkedFrom: "source" });
      await close(store, "fork");
      expect(await store.head("source")).toMatchObject({ closed: false });
    });

    check("inherits neither producers nor Stream-Seq", async ({ store }) => {
      await create(store, "source");
      const producer = { id: "p", epoch: 3, seq: 0 };
      await append(store, "source", "a", { producer, seq: "9" });
      await store.put("fork", { forkedFrom: "source" });
      await append(store, "fork", "b", { producer: { id: "p", epoch: 0, seq: 0 }, seq: "1" });
      expect(await contentOf(store, "fork")).toBe("ab");
    });

    check("refuses offsets inside a message on either side of the fork point", async ({ store }) => {
      await createJson(store, "source", '["ab"]');
      await store.put("fork", { forkedFrom: "source" });
      await appendJson(store, "fork", '"cd"');
      expect(await refusalTag(store.read("fork", { offset: formatOffset(0, 2) }))).toBe("InvalidOffsetError");
      expect(await contentOf(store, "fork", formatOffset(0, 5))).toBe('"cd",');
      expect(await refusalTag(store.read("fork", { offset: formatOffset(0, 7) }))).toBe("InvalidOffsetError");
    });

    check("is read by pages of any size across the fork point", async ({ store }) => {
      await createJson(store, "source", `[${Array.from({ length: 40 }, (_, i) => `"${"s".repeat(i)}"`)}]`);
      const middle = at(await offsetsOf(store, "source"), 20);
      await store.put("fork", { forkedFrom: "source", forkOffset: middle });
      await appendJson(store, "fork", `[${Array.from({ length: 40 }, (_, i) => `"${"f".repeat(i)}"`)}]`);
      const whole = await contentOf(store, "fork");
      expect(whole.startsWith('"","s","ss",')).toBe(true);
      for (const maxBytes of [1, 40, 333, 100_000]) {
        let joined = "";
        let offset = START;
        for (let upToDate = false; !upToDate; ) {
          const page = await store.read("fork", { offset, maxBytes });
          joined += text(await bytesOf(page));
          ({ nextOffset: offset, upToDate } = page);
        }
        expect(joined).toBe(whole);
      }
    });

    check("keeps a JSON message of the source that fills several chunks", async ({ store }) => {
      const giant = `"${"g".repeat(2_500_000)}"`;
      await createJson(store, "source", `[1,${giant}]`);
      await store.put("fork", { forkedFrom: "source" });
      await appendJson(store, "fork", "[2,3]");
      const first = await store.read("fork", { maxBytes: 1 });
      const second = await store.read("fork", { offset: first.nextOffset, maxBytes: 1 });
      expect([first.byteLength, second.byteLength]).toEqual([2, giant.length + 1]);
      expect(await contentOf(store, "fork", second.nextOffset)).toBe("2,3,");
    });

    check("returns inherited messages with their offsets in few look-ups", async ({ store }) => {
      await createJson(store, "source", `[${"1,".repeat(100_000)}1]`);
      await store.put("fork", { forkedFrom: "source" });
      const { messages } = await store.get("fork");
      expect(messages).toHaveLength(100_001);
      expect(at(messages, 50_000).offset).toBe(at((await store.get("source")).messages, 50_000).offset);
    });
  });

  describe("a sub-offset", () => {
    check("counts messages of a JSON stream", async ({ store }) => {
      await createJson(store, "source", "[1,2]");
      const [first] = await offsetsOf(store, "source");
      await appendJson(store, "source", "[3,4]");
      await store.put("fork", { forkedFrom: "source", forkOffset: first, forkSubOffset: 2 });
      expect(await contentOf(store, "fork")).toBe("1,2,3,");
    });

    check("counts bytes of any other stream", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      await append(store, "source", "def");
      await store.put("fork", { forkedFrom: "source", forkOffset: START, forkSubOffset: 4 });
      expect(await contentOf(store, "fork")).toBe("abcd");
    });

    check("of 0 is the same as none", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      await store.put("fork", { forkedFrom: "source", forkOffset: START, forkSubOffset: 0 });
      expect(await store.put("fork", { forkedFrom: "source", forkOffset: START })).toMatchObject({ created: false });
    });

    check("may run over chunks to the source's tail, and not past it", async ({ store }) => {
      await createJson(store, "source");
      for (let i = 0; i < 30; i++) await appendJson(store, "source", `["${"x".repeat(3000)}",${i}]`);
      const put = (path: string, forkSubOffset: number) =>
        store.put(path, { forkedFrom: "source", forkOffset: START, forkSubOffset });
      expect((await put("all", 60)).nextOffset).toBe((await store.head("source")).nextOffset);
      await put("most", 59);
      expect((await store.get("most")).messages).toHaveLength(59);
      expect(await refusalTag(put("more", 61))).toBe("InvalidRequestError");
      expect(store.has("more")).toBe(false);
    });

    check("past the tail of bytes is refused", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      const call = store.put("fork", { forkedFrom: "source", forkOffset: START, forkSubOffset: 4 });
      expect(await refusalTag(call)).toBe("InvalidRequestError");
    });

    check("without an offset starts at the tail and runs past it", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      expect(await refusalTag(store.put("fork", { forkedFrom: "source", forkSubOffset: 1 }))).toBe(
        "InvalidRequestError",
      );
    });
  });

  describe("a fork is refused", () => {
    check("when its source does not exist", async ({ store }) => {
      expect(await refusal(store.put("fork", { forkedFrom: "source" }))).toMatchObject({
        _tag: "StreamNotFoundError",
        path: "source",
      });
    });

    check("when its offset lies beyond the source's tail", async ({ store }) => {
      await create(store, "source", { data: bytes("abc") });
      const call = store.put("fork", { forkedFrom: "source", forkOffset: formatOffset(0, 4) });
      expect(await refusalTag(call)).toBe("InvalidOffsetError");
    });

    check("when its offset lies inside a message", async ({ store }) => {
      await createJson(store, "source", "[100]");
      const call = store.put("fork", { forkedFrom: "source", forkOffset: formatOffset(0, 2) });
      expect(await refusalTag(call)).toBe("InvalidOffsetError");
    });

    check("when it asks for another content type", async ({ store }) => {
      await create(store, "source");
      const call = store.put("fork", { forkedFrom: "source", contentType: JSON_TYPE });
      expect(await refusalTag(call)).toBe("ContentTypeMismatchError");
    });

    check("when its content is invalid, and leaves nothing at the source", async ({ store }) => {
      await createJson(store, "source");
      expect(await refusalTag(store.put("fork", { forkedFrom: "source", data: bytes("{") }))).toBe("InvalidJsonError");
      await store.delete("source");
      expect(await refusalTag(store.head("source"))).toBe("StreamNotFoundError");
      expect(await store.maintain()).toBeUndefined();
    });

    check("when its path holds a stream that is no such fork", async ({ store }) => {
      await create(store, "source");
      await create(store, "taken");
      expect(await refusalTag(store.put("taken", { forkedFrom: "source" }))).toBe("StreamConflictError");
    });

    check("when it is to fork itself", async ({ store }) => {
      expect(await refusalTag(store.put("s", { forkedFrom: "s" }))).toBe("StreamNotFoundError");
      await create(store, "s");
      expect(await refusalTag(store.put("s", { forkedFrom: "s" }))).toBe("StreamConflictError");
    });

    check("when its source is deleted but kept for others", async ({ store }) => {
      await create(store, "source");
      await store.put("other", { forkedFrom: "source" });
      await store.delete("source");
      expect(await refusalTag(store.put("fork", { forkedFrom: "source" }))).toBe("StreamConflictError");
    });

    check("when its source has expired", async ({ store, clock }) => {
      await create(store, "source", { ttlSeconds: 10 });
      await clock.advance(10_000);
      expect(await refusalTag(store.put("fork", { forkedFrom: "source" }))).toBe("StreamNotFoundError");
    });
  });
}
