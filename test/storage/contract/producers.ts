import { describe, expect } from "vitest";
import type { Check } from "./harness.ts";
import { append, appendJson, close, contentOf, create, createJson, refusal, refusalTag } from "./support.ts";

const producer = (seq: number, epoch = 0, id = "p") => ({ producer: { id, epoch, seq } });

/** Idempotent producers (PROTOCOL.md §5.2.1). */
export function producerContract(check: Check): void {
  describe("producers", () => {
    check("are accepted in sequence", async ({ store }) => {
      await create(store, "s");
      for (let seq = 0; seq < 3; seq++) {
        const { producer: standing } = await append(store, "s", String(seq), producer(seq));
        expect(standing).toEqual({ id: "p", epoch: 0, seq, duplicate: false });
      }
      expect(await contentOf(store, "s")).toBe("012");
    });

    check("have a repeated append acknowledged and not stored again", async ({ store }) => {
      await create(store, "s");
      const first = await append(store, "s", "x", producer(0));
      const again = await append(store, "s", "x", producer(0));
      expect(again).toMatchObject({ appended: false, nextOffset: first.nextOffset, producer: { duplicate: true } });
      expect(await contentOf(store, "s")).toBe("x");
    });

    check("hear of the highest accepted number when they repeat an old one", async ({ store }) => {
      await create(store, "s");
      for (let seq = 0; seq < 3; seq++) await append(store, "s", "x", producer(seq));
      expect(await append(store, "s", "x", producer(0))).toMatchObject({ producer: { seq: 2, duplicate: true } });
    });

    check("hear which number is expected after a gap", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "x", producer(0));
      expect(await refusal(append(store, "s", "y", producer(2)))).toMatchObject({
        _tag: "ProducerSequenceConflictError",
        expected: 1,
        received: 2,
      });
    });

    check("must start at 0 when they are unknown", async ({ store }) => {
      await create(store, "s");
      expect(await refusal(append(store, "s", "x", producer(3)))).toMatchObject({
        _tag: "ProducerSequenceConflictError",
        expected: 0,
      });
    });

    check("leave no hole when their requests arrive out of order", async ({ store }) => {
      await createJson(store, "s");
      let next = 0;
      for (const seq of [2, 0, 3, 1, 1, 3, 2, 0, 3, 4]) {
        const call = appendJson(store, "s", String(seq), producer(seq));
        if (seq > next) {
          expect(await refusal(call)).toMatchObject({ expected: next, received: seq });
        } else {
          expect((await call).appended).toBe(seq === next);
          next = Math.max(next, seq + 1);
        }
      }
      expect(await contentOf(store, "s")).toBe("0,1,2,3,4,");
    });

    check("have one of many simultaneous repetitions stored", async ({ store }) => {
      await create(store, "s");
      const results = await Promise.all(Array.from({ length: 50 }, () => append(store, "s", "x", producer(0))));
      expect(results.filter(({ appended }) => appended)).toHaveLength(1);
      expect(await contentOf(store, "s")).toBe("x");
    });

    check("start a new epoch at 0", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "a", producer(0));
      await append(store, "s", "b", producer(0, 1));
      expect(await contentOf(store, "s")).toBe("ab");
    });

    check("may not start a new epoch above 0", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "a", producer(0));
      expect(await refusalTag(append(store, "s", "b", producer(1, 1)))).toBe("InvalidProducerError");
    });

    check("are fenced by a newer epoch", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "a", producer(0, 5));
      expect(await refusal(append(store, "s", "b", producer(1, 4)))).toMatchObject({
        _tag: "ProducerFencedError",
        currentEpoch: 5,
      });
    });

    check("do not know each other", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "a", producer(0, 7, "one"));
      await append(store, "s", "b", producer(0, 0, "two"));
      expect(await contentOf(store, "s")).toBe("ab");
    });

    check("are told apart byte by byte", async ({ store }) => {
      await create(store, "s");
      for (const id of ["p", "P", "p ", "é", "e\u0301"]) await append(store, "s", "x", producer(0, 0, id));
      expect(await contentOf(store, "s")).toBe("xxxxx");
    });

    check("keep the largest numbers", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "a", producer(0, Number.MAX_SAFE_INTEGER));
      expect(await append(store, "s", "a", producer(0, Number.MAX_SAFE_INTEGER))).toMatchObject({ appended: false });
    });

    check("advance not when their append is refused", async ({ store }) => {
      await createJson(store, "s");
      await refusal(appendJson(store, "s", "{", producer(0)));
      await appendJson(store, "s", "1", producer(0));
      expect(await contentOf(store, "s")).toBe("1,");
    });

    check("are refused by Stream-Seq after they proved to be new", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "a", { ...producer(0), seq: "5" });
      expect(await append(store, "s", "a", { ...producer(0), seq: "5" })).toMatchObject({ appended: false });
      expect(await refusalTag(append(store, "s", "b", { ...producer(1), seq: "5" }))).toBe("SequenceConflictError");
      await append(store, "s", "b", { ...producer(1), seq: "6" });
      expect(await contentOf(store, "s")).toBe("ab");
    });

    check(
      "beyond the limit are refused, while those who are known go on",
      async ({ store }) => {
        await create(store, "s");
        await append(store, "s", "1", producer(0, 0, "one"));
        await append(store, "s", "2", producer(0, 0, "two"));
        expect(await refusalTag(append(store, "s", "3", producer(0, 0, "three")))).toBe("RateLimitedError");
        await append(store, "s", "4", producer(1, 0, "two"));
        await append(store, "s", "5", producer(0, 1, "one"));
        expect(await contentOf(store, "s")).toBe("1245");
      },
      { maxProducers: 2 },
    );
  });

  describe("producers and a closed stream", () => {
    check("do not close it with a repeated append that did not close it before", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "x", producer(0));
      let changes = 0;
      store.watch("s", () => {
        changes += 1;
      });
      expect(await append(store, "s", "x", { ...producer(0), close: true })).toMatchObject({ closed: false });
      expect(await store.head("s")).toMatchObject({ closed: false });
      expect(changes).toBe(0);
    });

    check("close it with their last append, which may be repeated", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "last", { ...producer(0), close: true });
      expect(await append(store, "s", "last", { ...producer(0), close: true })).toMatchObject({
        appended: false,
        closed: true,
        producer: { duplicate: true },
      });
    });

    check("close it with no content, which may be repeated", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "x", producer(0));
      expect(await close(store, "s", producer(1))).toMatchObject({ closed: true, producer: { duplicate: false } });
      expect(await close(store, "s", producer(1))).toMatchObject({ closed: true, producer: { duplicate: true } });
    });

    check("have an older append acknowledged again", async ({ store }) => {
      await create(store, "s");
      await append(store, "s", "x", producer(0));
      await close(store, "s");
      expect(await append(store, "s", "x", producer(0))).toMatchObject({ appended: false, closed: true });
    });

    check("are refused anything new, a close included", async ({ store }) => {
      const { nextOffset } = await create(store, "s");
      await close(store, "s", producer(0));
      expect(await refusal(append(store, "s", "x", producer(1)))).toMatchObject({
        _tag: "StreamClosedError",
        nextOffset,
      });
      expect(await refusalTag(close(store, "s", producer(1)))).toBe("StreamClosedError");
    });

    check("are fenced before they hear that it is closed", async ({ store }) => {
      await create(store, "s");
      await close(store, "s", producer(0, 3));
      expect(await refusalTag(append(store, "s", "x", producer(0, 2)))).toBe("ProducerFencedError");
    });
  });
}
