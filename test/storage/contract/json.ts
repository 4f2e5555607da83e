import { describe, expect } from "vitest";
import { formatOffset } from "../../../src/shared/index.ts";
import type { Check } from "./harness.ts";
import { appendJson, bytesOf, contentOf, createJson, refusalTag, START, text } from "./support.ts";

const MIB = 1024 * 1024;

/** JSON mode (PROTOCOL.md §9.1). */
export function jsonContract(check: Check): void {
  describe("JSON mode", () => {
    check("flattens one level of an array", async ({ store }) => {
      await createJson(store, "s");
      await appendJson(store, "s", "[[1,2],[[3]]]");
      await appendJson(store, "s", "[[4]]");
      await appendJson(store, "s", '{"a":[5]}');
      expect(await contentOf(store, "s")).toBe('[1,2],[[3]],[4],{"a":[5]},');
    });

    check("keeps every message byte for byte", async ({ store }) => {
      const slices = ["12345678901234567890", "1.0", "1e400", '{"a":1,"a":2}', '"\\ud83d\\ude00"', '" "', '"\\ud800"'];
      await createJson(store, "s");
      await appendJson(store, "s", ` [ ${slices.join(" ,\n\t")} ] `);
      expect((await store.get("s")).messages.map(({ data }) => text(data))).toEqual(slices);
    });

    check("refuses an empty array on append", async ({ store }) => {
      await createJson(store, "s");
      expect(await refusalTag(appendJson(store, "s", "[]"))).toBe("InvalidJsonError");
    });

    check("refuses UTF-8 that is broken", async ({ store }) => {
      await createJson(store, "s");
      const broken = Uint8Array.of(0x22, 0xc3, 0x22);
      expect(await refusalTag(store.append("s", broken, { contentType: "application/json" }))).toBe("InvalidJsonError");
    });

    check("refuses an offset inside a message", async ({ store }) => {
      await createJson(store, "s", '["ab",2]');
      for (const pos of [1, 2, 3, 4, 6]) {
        expect(await refusalTag(store.read("s", { offset: formatOffset(0, pos) }))).toBe("InvalidOffsetError");
      }
      expect(await contentOf(store, "s", formatOffset(0, 5))).toBe("2,");
    });

    check("is not fooled by brackets and commas inside strings", async ({ store }) => {
      await createJson(store, "s", String.raw`["],[","\",","{\\",1]`);
      expect((await store.get("s")).messages).toHaveLength(4);
    });

    check("ends every page behind a message", async ({ store }) => {
      const values = Array.from({ length: 50 }, (_, i) => `"${"x".repeat(i)},["`);
      await createJson(store, "s", `[${values.join(",")}]`);
      for (const maxBytes of [1, 10, 33, 100, 1000]) {
        const seen: string[] = [];
        let offset = START;
        for (let upToDate = false; !upToDate; ) {
          const page = await store.read("s", { offset, maxBytes });
          seen.push(...JSON.parse(`[${text(await bytesOf(page)).slice(0, -1)}]`).map(JSON.stringify));
          ({ nextOffset: offset, upToDate } = page);
        }
        expect(seen).toEqual(values);
      }
    });

    check("keeps a message that is larger than several chunks, and small ones around it", async ({ store }) => {
      const giant = `"${"g".repeat(3 * MIB)}"`;
      await createJson(store, "s", "[1]");
      await appendJson(store, "s", `[2,${giant},3]`);
      await appendJson(store, "s", "[4,5]");
      const found: string[] = [];
      let offset = START;
      for (let upToDate = false; !upToDate; ) {
        const page = await store.read("s", { offset, maxBytes: 1 });
        found.push(text(await bytesOf(page)));
        ({ nextOffset: offset, upToDate } = page);
      }
      expect(found.map((message) => message.length)).toEqual([2, 2, giant.length + 1, 2, 2, 2]);
    });

    check("refuses an offset deep inside a message of several chunks", async ({ store }) => {
      await createJson(store, "s", `["${"g".repeat(3 * MIB)}",1]`);
      for (const pos of [1, MIB, 2 * MIB + 5, 3 * MIB + 1]) {
        expect(await refusalTag(store.read("s", { offset: formatOffset(0, pos) }))).toBe("InvalidOffsetError");
      }
      expect(await contentOf(store, "s", formatOffset(9, 3 * MIB + 3))).toBe("1,");
    });
  });
}
