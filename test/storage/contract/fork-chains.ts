import { describe, expect } from "vitest";
import { mintStreamId } from "../../../src/shared/index.ts";
import type { Check, StoreUnderTest } from "./harness.ts";
import { append, at, bytes, bytesOf, contentOf, create, offsetsOf, refusalTag, START, text } from "./support.ts";

/** Three generations: `root` holds "abc", `middle` adds "def", `leaf` adds "ghi". */
async function chain(store: StoreUnderTest): Promise<void> {
  await create(store, "root", { data: bytes("abc") });
  await store.put("middle", { forkedFrom: "root", data: bytes("def") });
  await store.put("leaf", { forkedFrom: "middle", data: bytes("ghi") });
}

/** Forks of forks. */
export function forkChainContract(check: Check): void {
  describe("a fork of a fork", () => {
    check("reads through all its ancestors", async ({ store }) => {
      await chain(store);
      await append(store, "root", "-");
      await append(store, "middle", "-");
      expect(await contentOf(store, "leaf")).toBe("abcdefghi");
    });

    check("reads each ancestor directly", async ({ store, clock }) => {
      await chain(store);
      const { segments, base } = await store.forkSource.acquireFork({
        source: "leaf",
        forkId: mintStreamId(),
        deadline: clock.now(),
      });
      expect(segments.map(({ path, start, end }) => [path, start, end])).toEqual([
        ["root", 0, 3],
        ["middle", 3, 6],
        ["leaf", 6, 9],
      ]);
      expect(base.pos).toBe(9);
    });

    check("is registered with those alone whose bytes it reads, and the one it names", async ({ store, clock }) => {
      await chain(store);
      const [offset] = await offsetsOf(store, "root");
      const { segments } = await store.forkSource.acquireFork({
        source: "leaf",
        forkId: mintStreamId(),
        offset,
        deadline: clock.now(),
      });
      expect(segments.map(({ path }) => path)).toEqual(["root"]);
    });

    check("at its source's own beginning inherits from the grandparent alone", async ({ store }) => {
      await create(store, "root", { data: bytes("abc") });
      const { nextOffset } = await store.put("middle", { forkedFrom: "root" });
      await append(store, "middle", "def");
      await store.put("leaf", { forkedFrom: "middle", forkOffset: nextOffset, data: bytes("!") });
      expect(await contentOf(store, "leaf")).toBe("abc!");
    });

    check("may leave its source before that source's own beginning", async ({ store }) => {
      await create(store, "root");
      const { nextOffset } = await append(store, "root", "ab");
      await append(store, "root", "cd");
      await store.put("middle", { forkedFrom: "root", data: bytes("ef") });
      await store.put("leaf", { forkedFrom: "middle", forkOffset: nextOffset, data: bytes("!") });
      expect(await contentOf(store, "leaf")).toBe("ab!");
      await store.delete("root");
      await store.delete("middle");
      expect(await contentOf(store, "leaf")).toBe("ab!");
    });

    check("may inherit nothing from anybody", async ({ store }) => {
      await chain(store);
      await store.put("fresh", { forkedFrom: "leaf", forkOffset: START, data: bytes("!") });
      expect(await contentOf(store, "fresh")).toBe("!");
    });

    check("counts a sub-offset over the edges between its ancestors", async ({ store }) => {
      await chain(store);
      await store.put("fork", { forkedFrom: "leaf", forkOffset: START, forkSubOffset: 7 });
      expect(await contentOf(store, "fork")).toBe("abcdefg");
    });

    check("keeps the ancestors it reads, in whatever order they are deleted", async ({ store }) => {
      for (const order of [
        ["root", "middle"],
        ["middle", "root"],
      ]) {
        await chain(store);
        for (const path of order) await store.delete(path);
        expect(await contentOf(store, "leaf")).toBe("abcdefghi");
        expect(await refusalTag(store.head("root"))).toBe("StreamGoneError");
        expect(await refusalTag(store.head("middle"))).toBe("StreamGoneError");
        await store.delete("leaf");
        expect(await refusalTag(store.head("root"))).toBe("StreamNotFoundError");
        expect(await refusalTag(store.head("middle"))).toBe("StreamNotFoundError");
        expect(await store.maintain()).toBeUndefined();
      }
    });

    check("frees no ancestor that another fork still reads", async ({ store }) => {
      await chain(store);
      await store.put("twig", { forkedFrom: "middle" });
      await store.delete("root");
      await store.delete("middle");
      await store.delete("leaf");
      expect(await contentOf(store, "twig")).toBe("abcdef");
      await store.delete("twig");
      expect(await refusalTag(store.head("root"))).toBe("StreamNotFoundError");
    });

    check("reads its grandparent after its parent's deletion freed the parent's name", async ({ store }) => {
      await create(store, "root", { data: bytes("abc") });
      await store.put("middle", { forkedFrom: "root" });
      await store.put("leaf", { forkedFrom: "middle" });
      await store.delete("middle");
      expect(await refusalTag(create(store, "middle"))).toBe("StreamConflictError");
      await store.delete("root");
      expect(await contentOf(store, "leaf")).toBe("abc");
    });

    check("of twenty generations reads right by pages of any size", async ({ store }) => {
      await create(store, "g0", { data: bytes("0,") });
      for (let i = 1; i <= 20; i++) await store.put(`g${i}`, { forkedFrom: `g${i - 1}`, data: bytes(`${i},`) });
      const whole = Array.from({ length: 21 }, (_, i) => `${i},`).join("");
      for (const maxBytes of [1, 3, 10, 100]) {
        let joined = "";
        let offset = START;
        for (let upToDate = false; !upToDate; ) {
          const page = await store.read("g20", { offset, maxBytes });
          joined += text(await bytesOf(page));
          ({ nextOffset: offset, upToDate } = page);
        }
        expect(joined).toBe(whole);
      }
    });

    check("of twenty generations goes at once with the last of them", async ({ store }) => {
      await create(store, "g0");
      for (let i = 1; i <= 20; i++) await store.put(`g${i}`, { forkedFrom: `g${i - 1}`, data: bytes("x") });
      for (let i = 0; i < 20; i++) await store.delete(`g${i}`);
      await store.delete("g20");
      await store.maintain();
      for (let i = 0; i <= 20; i++) expect(await refusalTag(store.head(`g${i}`))).toBe("StreamNotFoundError");
      expect(await store.maintain()).toBeUndefined();
    });

    check("mints the same offsets as its ancestors", async ({ store }) => {
      await store.put("root", { contentType: "application/json" });
      for (let i = 0; i < 12; i++) {
        await store.append("root", bytes(`["${"r".repeat(3000)}"]`), { contentType: "application/json" });
      }
      await store.put("middle", { forkedFrom: "root", data: bytes(`["${"m".repeat(20_000)}"]`) });
      await store.put("leaf", { forkedFrom: "middle" });
      const offsets = await offsetsOf(store, "leaf");
      expect(offsets).toEqual(await offsetsOf(store, "middle"));
      expect(offsets.slice(0, -1)).toEqual(await offsetsOf(store, "root"));
      expect(at(offsets, -1)).toBe((await store.head("leaf")).nextOffset);
    });
  });
}
