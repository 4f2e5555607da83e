import { describe, expect } from "vitest";
import type { Check } from "./harness.ts";
import { append, appendJson, close, contentOf, create, createJson, NOW, refusal, refusalTag } from "./support.ts";

/** Closing (PROTOCOL.md §4.1, §5.3). */
export function closureContract(check: Check): void {
  describe("close", () => {
    check("ends a stream without content", async ({ store }) => {
      const { nextOffset } = await create(store, "s");
      expect(await close(store, "s")).toMatchObject({ closed: true, appended: false, nextOffset });
      expect(await store.head("s")).toMatchObject({ closed: true });
    });

    check("ends a stream with its last content", async ({ store }) => {
      await create(store, "s");
      expect(await append(store, "s", "bye", { close: true })).toMatchObject({ closed: true, appended: true });
      expect(await contentOf(store, "s")).toBe("bye");
    });

    check("may be repeated", async ({ store }) => {
      await create(store, "s");
      await close(store, "s");
      expect(await close(store, "s")).toMatchObject({ closed: true, appended: false });
    });

    check("is final: later appends hear where the stream ends", async ({ store }) => {
      await create(store, "s");
      const { nextOffset } = await append(store, "s", "x", { close: true });
      expect(await refusal(append(store, "s", "y"))).toMatchObject({ _tag: "StreamClosedError", nextOffset });
      expect(await refusal(append(store, "s", "y", { close: true }))).toMatchObject({ nextOffset });
    });

    check("is told before a wrong content type is", async ({ store }) => {
      await create(store, "s");
      await close(store, "s");
      expect(await refusalTag(append(store, "s", "x", { contentType: "text/html" }))).toBe("StreamClosedError");
    });

    check("is told before a wrong body is", async ({ store }) => {
      await createJson(store, "s");
      await close(store, "s");
      expect(await refusalTag(appendJson(store, "s", "{"))).toBe("StreamClosedError");
    });

    check("does not happen when its content is refused", async ({ store }) => {
      await createJson(store, "s");
      await refusal(appendJson(store, "s", "[]", { close: true }));
      expect(await store.head("s")).toMatchObject({ closed: false });
    });

    check("is seen by a read that reaches the end alone", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "abc", { close: true });
      expect(await store.read("s", { maxBytes: 2 })).toMatchObject({ closed: false, upToDate: false });
      expect(await store.read("s", { maxBytes: 3 })).toMatchObject({ closed: true, upToDate: true });
      expect(await store.read("s", { offset: NOW })).toMatchObject({ closed: true, upToDate: true, byteLength: 0 });
    });

    check("gives pages that reach the end another entity tag", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "abc");
      const before = await store.read("s");
      await close(store, "s");
      expect((await store.read("s")).etag).not.toBe(before.etag);
    });

    check("refuses a path that holds nothing", async ({ store }) => {
      expect(await refusalTag(close(store, "s"))).toBe("StreamNotFoundError");
    });
  });
}
