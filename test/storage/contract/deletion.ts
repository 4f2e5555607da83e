import { describe, expect } from "vitest";
import type { Check } from "./harness.ts";
import {
  append,
  bytes,
  bytesOf,
  close,
  contentOf,
  create,
  createJson,
  NOW,
  refusal,
  refusalTag,
  START,
} from "./support.ts";

/** Deletion of streams without forks (PROTOCOL.md §5.4). */
export function deletionContract(check: Check): void {
  describe("delete", () => {
    check("leaves nothing at the path", async ({ store }) => {
      await create(store, "s");
      await store.delete("s");
      expect(store.has("s")).toBe(false);
      expect(await refusalTag(store.head("s"))).toBe("StreamNotFoundError");
      expect(await refusalTag(store.read("s"))).toBe("StreamNotFoundError");
      expect(await refusalTag(append(store, "s", "x"))).toBe("StreamNotFoundError");
      expect(await refusalTag(store.delete("s"))).toBe("StreamNotFoundError");
    });

    check("refuses a path that holds nothing", async ({ store }) => {
      expect(await refusalTag(store.delete("s"))).toBe("StreamNotFoundError");
    });

    check("leaves nothing of the old stream for a new one", async ({ store }) => {
      const old = await create(store, "s", { data: bytes("old") });
      await append(store, "s", "old", { seq: "9", producer: { id: "p", epoch: 4, seq: 0 } });
      await close(store, "s");
      const oldTag = (await store.read("s")).etag;
      await store.delete("s");
      const fresh = await createJson(store, "s", "[1]");
      expect(fresh).toMatchObject({ created: true, closed: false });
      expect(fresh.streamId).not.toBe(old.streamId);
      expect((await store.read("s")).etag).not.toBe(oldTag);
      await store.append("s", bytes("2"), {
        contentType: "application/json",
        seq: "1",
        producer: { id: "p", epoch: 0, seq: 0 },
      });
      expect(await contentOf(store, "s")).toBe("1,2,");
    });

    check("breaks a page that is still being read, and never ends it short", async ({ store }) => {
      await create(store, "s", { data: bytes("x".repeat(3_000_000)) });
      const page = await store.read("s");
      const reading = page.chunks()[Symbol.asyncIterator]();
      await reading.next();
      await store.delete("s");
      await create(store, "s", { data: bytes("y".repeat(3_000_000)) });
      const rest = async () => {
        for (let step = await reading.next(); !step.done; step = await reading.next()) expect(step.value[0]).toBe(120);
      };
      expect(await refusalTag(rest())).toBe("StreamNotFoundError");
    });

    check("breaks a page that was not begun", async ({ store }) => {
      await create(store, "s", { data: bytes("abc") });
      const page = await store.read("s");
      await store.delete("s");
      expect(await refusalTag(bytesOf(page))).toBe("StreamNotFoundError");
    });

    check("ends a wait", async ({ store }) => {
      await create(store, "s");
      const wait = refusal(store.waitForData("s", NOW, 1000));
      await store.delete("s");
      expect(await wait).toMatchObject({ _tag: "StreamNotFoundError" });
    });

    check("ends a wait even when the path is in use again", async ({ store }) => {
      await create(store, "s", { data: bytes("abc") });
      const wait = refusal(store.waitForData("s", NOW, 1000));
      await store.delete("s");
      await create(store, "s", { data: bytes("something else") });
      expect(await wait).toMatchObject({ _tag: "StreamNotFoundError" });
    });

    check("happens once when it is asked for twice at the same time", async ({ store }) => {
      await create(store, "s");
      const outcomes = await Promise.allSettled([store.delete("s"), store.delete("s")]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    });

    check("frees streams of any size, later if not at once", async ({ store }) => {
      await create(store, "s");
      for (let i = 0; i < 600; i++) await append(store, "s", "x".repeat(17_000));
      await store.delete("s");
      await store.maintain();
      expect(await store.maintain()).toBeUndefined();
      await create(store, "s");
      expect(await contentOf(store, "s", START)).toBe("");
    });
  });
}
