import { describe, expect } from "vitest";
import { settled } from "../../support/fake-clock.ts";
import { breakOff } from "./fork-link.ts";
import type { Check } from "./harness.ts";
import { expectReleased, LONG_AFTER_MS, linkedCheck } from "./linked-check.ts";
import { append, bytes, contentOf, create, refusal, refusalTag } from "./support.ts";

/** How a fork and its sources come to an agreement, whatever goes wrong between them. */
export function forkSagaContract(check: Check): void {
  const linked = linkedCheck(check);

  describe("a fork that fails", () => {
    linked("by a refusal is forgotten at once", async ({ store }) => {
      await refusal(store.put("fork", { forkedFrom: "source", contentType: "text/html" }));
      await expectReleased({ store });
    });

    linked("when the answer of its source is lost is forgotten by the source", async ({ store, clock, link }) => {
      link.afterAcquire = breakOff;
      await expect(store.put("fork", { forkedFrom: "source" })).rejects.toThrow("The connection broke");
      expect(store.has("fork")).toBe(false);
      await clock.advance(LONG_AFTER_MS);
      await store.maintain();
      await expectReleased({ store });
    });

    linked("and whose request arrives after it was given up, is forgotten by the source", async (bed) => {
      const { store, clock, link } = bed;
      const late = Promise.withResolvers<void>();
      link.straggling = late.promise;
      await expect(store.put("fork", { forkedFrom: "source" })).rejects.toThrow("The connection broke");
      late.resolve();
      await settled();
      await clock.advance(LONG_AFTER_MS);
      await store.maintain();
      await expectReleased({ store });
    });

    linked("and reaches, after a crash, a source whose clock is behind, is forgotten by it", async (bed) => {
      const { store, clock, link } = bed;
      const slow = Promise.withResolvers<void>();
      link.beforeAcquire = () => slow.promise;
      link.afterAcquire = () => new Promise(() => {});
      link.lagMs = 5000;
      void store.put("fork", { forkedFrom: "source" });
      await clock.advance(31_000);
      await store.maintain();
      slow.resolve();
      await settled();
      await clock.advance(LONG_AFTER_MS);
      await store.maintain();
      await expectReleased({ store });
    });

    linked("and cannot tell its source so, tries again later", async ({ store, clock, link }) => {
      link.afterAcquire = breakOff;
      link.beforeRelease = breakOff;
      await expect(store.put("fork", { forkedFrom: "source" })).rejects.toThrow("The connection broke");
      await clock.advance(LONG_AFTER_MS);
      let next = await store.maintain();
      expect(next).toBeGreaterThan(clock.now());
      link.beforeRelease = () => Promise.resolve();
      await clock.advance((next ?? 0) - clock.now());
      next = await store.maintain();
      expect(next).toBeUndefined();
      await expectReleased({ store });
    });

    linked("backs off as long as its source cannot be reached", async ({ store, clock, link }) => {
      await store.put("fork", { forkedFrom: "source" });
      link.beforeRelease = breakOff;
      await store.delete("fork");
      const waits: number[] = [];
      for (let i = 0; i < 15; i++) {
        const next = (await store.maintain()) ?? 0;
        waits.push(next - clock.now());
        await clock.advance(next - clock.now());
      }
      expect(waits).toEqual(waits.toSorted((a, b) => a - b));
      expect(waits.at(-1)).toBe(3_600_000);
      link.beforeRelease = () => Promise.resolve();
      await store.maintain();
      await expectReleased({ store });
    });

    linked("because a crash left it half done is undone by maintenance", async ({ store, clock, link }) => {
      link.afterAcquire = () => new Promise(() => {});
      void store.put("fork", { forkedFrom: "source" });
      await settled();
      expect(await store.maintain()).toBeGreaterThan(clock.now());
      await clock.advance(LONG_AFTER_MS);
      expect(await store.maintain()).toBeUndefined();
      await expectReleased({ store });
    });

    linked("because it took too long is refused and registered nowhere", async ({ store, clock, link }) => {
      const slow = Promise.withResolvers<void>();
      link.afterAcquire = () => slow.promise;
      const put = refusal(store.put("fork", { forkedFrom: "source" }));
      await settled();
      await clock.advance(LONG_AFTER_MS);
      await store.maintain();
      slow.resolve();
      expect(await put).toMatchObject({ _tag: "UnavailableError" });
      expect(store.has("fork")).toBe(false);
      await store.maintain();
      await expectReleased({ store });
    });

    linked("because its request reached the source too late leaves nothing there", async ({ store, clock, link }) => {
      const slow = Promise.withResolvers<void>();
      link.beforeAcquire = () => slow.promise;
      const put = refusal(store.put("fork", { forkedFrom: "source" }));
      await settled();
      await clock.advance(LONG_AFTER_MS);
      await store.maintain();
      slow.resolve();
      expect(await put).toMatchObject({ _tag: "UnavailableError" });
      await store.maintain();
      await expectReleased({ store });
    });

    linked("because its source was deleted before it was asked", async ({ store, link }) => {
      link.beforeAcquire = () => store.delete("source");
      expect(await refusalTag(store.put("fork", { forkedFrom: "source" }))).toBe("StreamNotFoundError");
      expect(store.has("fork")).toBe(false);
      expect(await store.maintain()).toBeUndefined();
    });

    linked("because its path was taken meanwhile is forgotten", async ({ store, link }) => {
      link.afterAcquire = async () => {
        await create(store, "fork");
      };
      expect(await refusalTag(store.put("fork", { forkedFrom: "source" }))).toBe("StreamConflictError");
      expect(await contentOf(store, "fork")).toBe("");
      await expectReleased({ store });
    });

    linked("at one ancestor is forgotten by all of them", async ({ store, link, clock }) => {
      await store.put("middle", { forkedFrom: "source", data: bytes("def") });
      link.afterRetain = breakOff;
      await expect(store.put("fork", { forkedFrom: "middle" })).rejects.toThrow("The connection broke");
      await clock.advance(LONG_AFTER_MS);
      await store.maintain();
      await store.delete("middle");
      expect(await refusalTag(store.head("middle"))).toBe("StreamNotFoundError");
      await expectReleased({ store });
    });

    linked("at one ancestor because of a crash is forgotten by all of them", async ({ store, link, clock }) => {
      await store.put("middle", { forkedFrom: "source", data: bytes("def") });
      link.afterRetain = () => new Promise(() => {});
      void store.put("fork", { forkedFrom: "middle" });
      await settled();
      await clock.advance(LONG_AFTER_MS);
      await store.maintain();
      await store.delete("middle");
      expect(await refusalTag(store.head("middle"))).toBe("StreamNotFoundError");
      await expectReleased({ store });
    });
  });

  describe("a fork that succeeds", () => {
    linked("reads on when its source was deleted while it was created", async ({ store, link }) => {
      link.afterAcquire = () => store.delete("source");
      await store.put("fork", { forkedFrom: "source" });
      expect(await contentOf(store, "fork")).toBe("abc");
      await store.delete("fork");
      expect(await refusalTag(store.head("source"))).toBe("StreamNotFoundError");
    });

    linked("has the point that was fixed first when its source grew meanwhile", async ({ store, link }) => {
      link.afterAcquire = async () => {
        await append(store, "source", "def");
      };
      await store.put("fork", { forkedFrom: "source" });
      expect(await contentOf(store, "fork")).toBe("abc");
    });

    linked("is one of two that were asked for at the same time", async ({ store }) => {
      const [one, two] = await Promise.all([
        store.put("fork", { forkedFrom: "source" }),
        store.put("fork", { forkedFrom: "source" }),
      ]);
      expect([one.created, two.created].sort()).toEqual([false, true]);
      expect(one.streamId).toBe(two.streamId);
      await store.delete("fork");
      await expectReleased({ store });
    });

    linked("leaves nothing planned", async ({ store }) => {
      await store.put("fork", { forkedFrom: "source" });
      expect(await store.maintain()).toBeUndefined();
    });

    linked("at the very moment when it is given up has its source kept, or else does not exist", async (bed) => {
      const { store, clock, link } = bed;
      for (let turns = 0; turns < 16; turns++) {
        const slow = Promise.withResolvers<void>();
        link.afterAcquire = () => slow.promise;
        const created = store.put("fork", { forkedFrom: "source" }).then(
          () => true,
          () => false,
        );
        await settled();
        await clock.advance(LONG_AFTER_MS);
        slow.resolve();
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        await store.maintain();
        const exists = await created;
        await store.maintain();
        await store.delete("source");
        expect(await refusalTag(store.head("source"))).toBe(exists ? "StreamGoneError" : "StreamNotFoundError");
        expect(store.has("fork")).toBe(exists);
        await store.delete("fork").catch(() => {});
        await create(store, "source", { data: bytes("abc") });
      }
    });

    linked("is not undone when it was slow but in time", async ({ store, clock, link }) => {
      link.afterAcquire = () => clock.advance(29_000);
      await store.put("fork", { forkedFrom: "source" });
      await clock.advance(LONG_AFTER_MS);
      await store.maintain();
      expect(await contentOf(store, "fork")).toBe("abc");
    });
  });
}
