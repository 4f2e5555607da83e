import { describe, expect } from "vitest";
import { parseOffset } from "../../../src/shared/index.ts";
import type { Check } from "./harness.ts";
import { append, appendJson, bytes, contentOf, create, createJson, refusal, refusalTag, START } from "./support.ts";

/** Appends of anybody (PROTOCOL.md §5.2). */
export function appendContract(check: Check): void {
  describe("append", () => {
    check("puts bytes behind those that are there", async ({ store }) => {
      await create(store, "s", { data: bytes("a") });
      await append(store, "s", "bc");
      const { nextOffset, appended } = await append(store, "s", "d");
      expect(appended).toBe(true);
      expect(parseOffset(nextOffset)).toMatchObject({ pos: 4 });
      expect(await contentOf(store, "s")).toBe("abcd");
    });

    check("returns offsets that increase as strings", async ({ store }) => {
      await create(store, "s");
      const offsets: string[] = [];
      for (let size = 1; size < 60; size++) offsets.push((await append(store, "s", "x".repeat(size * 997))).nextOffset);
      expect(new Set(offsets).size).toBe(offsets.length);
      expect(offsets.toSorted()).toEqual(offsets);
    });

    check("keeps its own copy of what it was given", async ({ store }) => {
      await create(store, "s");
      const data = bytes("kept");
      await store.append("s", data, { contentType: "text/plain" });
      data.fill(0);
      expect(await contentOf(store, "s")).toBe("kept");
    });

    check("stores a part of a larger buffer alone", async ({ store }) => {
      await create(store, "s", { data: bytes("__ab__").subarray(2, 4) });
      await store.append("s", bytes("__cd__").subarray(2, 4), { contentType: "text/plain" });
      expect(await contentOf(store, "s")).toBe("abcd");
    });

    check("keeps arbitrary bytes through many small appends", async ({ store }) => {
      await store.put("s");
      const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      for (const byte of all) {
        await store.append("s", Uint8Array.of(byte, 0, 255), { contentType: "application/octet-stream" });
      }
      const { messages } = await store.get("s");
      expect([...messages.flatMap(({ data }) => [...data])]).toEqual([...all].flatMap((byte) => [byte, 0, 255]));
    });

    check("lands 200 parallel appends once each", async ({ store }) => {
      await createJson(store, "s");
      const values = Array.from({ length: 200 }, (_, value) => value);
      const results = await Promise.all(values.map((value) => appendJson(store, "s", String(value))));
      expect(new Set(results.map(({ nextOffset }) => nextOffset)).size).toBe(200);
      const stored: number[] = JSON.parse(`[${(await contentOf(store, "s")).slice(0, -1)}]`);
      expect(stored.toSorted((a, b) => a - b)).toEqual(values);
    });

    check("refuses a path that holds nothing", async ({ store }) => {
      expect(await refusalTag(append(store, "s", "x"))).toBe("StreamNotFoundError");
    });

    check("refuses an empty body", async ({ store }) => {
      await create(store, "s");
      expect(await refusal(append(store, "s", ""))).toMatchObject({ _tag: "InvalidRequestError", parameter: "body" });
    });

    check("refuses a body without a content type", async ({ store }) => {
      await create(store, "s");
      expect(await refusalTag(store.append("s", bytes("x")))).toBe("InvalidRequestError");
    });

    check("refuses another content type and names both", async ({ store }) => {
      await create(store, "s");
      expect(await refusal(append(store, "s", "x", { contentType: "text/html" }))).toMatchObject({
        _tag: "ContentTypeMismatchError",
        expected: "text/plain",
        received: "text/html",
      });
    });

    check("takes a content type that differs in case and parameters", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "x", { contentType: "TEXT/plain;charset=utf-8" });
      expect(await contentOf(store, "s")).toBe("x");
    });

    check("stores nothing of a refused body", async ({ store }) => {
      await createJson(store, "s", "[1]");
      expect(await refusalTag(appendJson(store, "s", "[2,3"))).toBe("InvalidJsonError");
      expect(await contentOf(store, "s")).toBe("1,");
    });

    check("stores a body of several chunks as one", async ({ store }) => {
      await create(store, "s", { data: bytes("head:") });
      const large = "0123456789".repeat(350_000);
      await append(store, "s", large);
      await append(store, "s", ":end");
      expect((await contentOf(store, "s")) === `head:${large}:end`).toBe(true);
    });
  });

  describe("Stream-Seq", () => {
    check("lets greater values pass", async ({ store }) => {
      await create(store, "s");
      for (const seq of ["a", "b", "ba", "c"]) await append(store, "s", seq, { seq });
      expect(await contentOf(store, "s")).toBe("abbac");
    });

    check("refuses the value that was last accepted", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "x", { seq: "05" });
      expect(await refusal(append(store, "s", "y", { seq: "05" }))).toMatchObject({
        _tag: "SequenceConflictError",
        last: "05",
        received: "05",
      });
    });

    check("refuses a smaller value and keeps the greater", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "x", { seq: "10" });
      expect(await refusalTag(append(store, "s", "y", { seq: "09" }))).toBe("SequenceConflictError");
      expect(await refusalTag(append(store, "s", "y", { seq: "10" }))).toBe("SequenceConflictError");
    });

    check("orders values by their UTF-8 bytes, not by their UTF-16 units", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "x", { seq: "\uffee" });
      await append(store, "s", "y", { seq: "\u{1f600}" });
      expect(await refusalTag(append(store, "s", "z", { seq: "\uffee" }))).toBe("SequenceConflictError");
    });

    check("is remembered over appends without one", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "x", { seq: "5" });
      for (let i = 0; i < 30; i++) await append(store, "s", "y".repeat(1000));
      expect(await refusalTag(append(store, "s", "z", { seq: "5" }))).toBe("SequenceConflictError");
    });

    check("is not moved by a refused append", async ({ store }) => {
      await createJson(store, "s");
      await refusal(appendJson(store, "s", "nonsense", { seq: "9" }));
      await appendJson(store, "s", "1", { seq: "1" });
      expect(await contentOf(store, "s", START)).toBe("1,");
    });
  });
}
