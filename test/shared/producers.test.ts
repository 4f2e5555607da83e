import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  commitProducerAppend,
  evaluateProducerAppend,
  InvalidProducerError,
  type ProducerAppend,
  ProducerFencedError,
  ProducerSequenceConflictError,
  type ProducerStateMap,
  parseProducerHeaders,
  producerError,
} from "../../src/shared/index.ts";

function headers(id: string | null, epoch: string | null, seq: string | null): Headers {
  const result = new Headers();
  if (id !== null) result.set("Producer-Id", id);
  if (epoch !== null) result.set("Producer-Epoch", epoch);
  if (seq !== null) result.set("Producer-Seq", seq);
  return result;
}

describe("parseProducerHeaders", () => {
  test("gives undefined when there are none", () => {
    expect(parseProducerHeaders(new Headers({ "Content-Type": "text/plain" }))).toBeUndefined();
  });

  test("reads all three", () => {
    expect(parseProducerHeaders(headers("writer-1", "0", "9007199254740991"))).toEqual({
      id: "writer-1",
      epoch: 0,
      seq: Number.MAX_SAFE_INTEGER,
    });
  });

  test.each([
    [null, "0", "0"],
    ["a", null, "0"],
    ["a", "0", null],
    ["a", null, null],
    [null, null, "0"],
  ])("refuses the incomplete set %j, %j, %j", (id, epoch, seq) => {
    expect(() => parseProducerHeaders(headers(id, epoch, seq))).toThrow(InvalidProducerError);
  });

  test.each(["", "-1", "+1", "01", "1.0", "1e3", "0xyz", "0, 0", "9007199254740992", "9".repeat(400)])(
    "refuses the number %j",
    (value) => {
      expect(() => parseProducerHeaders(headers("a", value, "0"))).toThrow(InvalidProducerError);
      expect(() => parseProducerHeaders(headers("a", "0", value))).toThrow(InvalidProducerError);
    },
  );

  test.each(["", "a\tb", "a\u0001b", "a\u007fb", "x".repeat(257), "é".repeat(129)])("refuses the id %j", (id) => {
    expect(() => parseProducerHeaders(headers(id, "0", "0"))).toThrow(InvalidProducerError);
  });

  test.each(["x".repeat(256), "é".repeat(128), "__proto__", "a b", "urn:uuid:1"])("accepts the id %j", (id) => {
    expect(parseProducerHeaders(headers(id, "0", "0"))?.id).toBe(id);
  });
});

describe("evaluateProducerAppend", () => {
  const claim = (epoch: number, seq: number): ProducerAppend => ({ id: "writer", epoch, seq });

  test.each([0, 1, 7])("accepts an unknown producer in epoch %d at 0", (epoch) => {
    expect(evaluateProducerAppend(undefined, claim(epoch, 0))).toEqual({
      outcome: "Accepted",
      next: { epoch, lastSeq: 0 },
    });
  });

  test.each([0, 1, 7])("finds a gap when an unknown producer starts above 0 in epoch %d", (epoch) => {
    expect(evaluateProducerAppend(undefined, claim(epoch, 3))).toEqual({ outcome: "Gap", expected: 0, received: 3 });
  });

  test("accepts the next batch of the epoch", () => {
    expect(evaluateProducerAppend({ epoch: 2, lastSeq: 7 }, claim(2, 8))).toEqual({
      outcome: "Accepted",
      next: { epoch: 2, lastSeq: 8 },
    });
  });

  test.each([0, 6, 7])("recognises batch %d as stored before", (seq) => {
    const state = { epoch: 2, lastSeq: 7 };
    expect(evaluateProducerAppend(state, claim(2, seq))).toEqual({ outcome: "Duplicate", state });
  });

  test("finds a gap in front of a batch that came too early", () => {
    expect(evaluateProducerAppend({ epoch: 2, lastSeq: 7 }, claim(2, 9))).toEqual({
      outcome: "Gap",
      expected: 8,
      received: 9,
    });
  });

  test("fences an older epoch whatever its sequence", () => {
    expect(evaluateProducerAppend({ epoch: 2, lastSeq: 7 }, claim(1, 8))).toEqual({
      outcome: "Fenced",
      currentEpoch: 2,
      receivedEpoch: 1,
    });
  });

  test("lets a newer epoch take over at 0", () => {
    expect(evaluateProducerAppend({ epoch: 2, lastSeq: 7 }, claim(5, 0))).toEqual({
      outcome: "Accepted",
      next: { epoch: 5, lastSeq: 0 },
    });
  });

  test("refuses a newer epoch that starts above 0", () => {
    expect(evaluateProducerAppend({ epoch: 2, lastSeq: 7 }, claim(3, 8))).toEqual({
      outcome: "EpochStart",
      epoch: 3,
      received: 8,
    });
  });
});

describe("producerError", () => {
  test("gives each refusal its error with its facts", () => {
    expect(producerError({ outcome: "Fenced", currentEpoch: 2, receivedEpoch: 1 })).toBeInstanceOf(ProducerFencedError);
    expect(producerError({ outcome: "Fenced", currentEpoch: 2, receivedEpoch: 1 })).toMatchObject({
      currentEpoch: 2,
      receivedEpoch: 1,
    });
    expect(producerError({ outcome: "EpochStart", epoch: 3, received: 8 })).toBeInstanceOf(InvalidProducerError);
    expect(producerError({ outcome: "Gap", expected: 8, received: 9 })).toBeInstanceOf(ProducerSequenceConflictError);
    expect(producerError({ outcome: "Gap", expected: 8, received: 9 })).toMatchObject({ expected: 8, received: 9 });
  });
});

describe("commitProducerAppend", () => {
  test("remembers an accepted batch in a new map", () => {
    const before: ProducerStateMap = new Map([["other", { epoch: 0, lastSeq: 1 }]]);
    const producer = { id: "__proto__", epoch: 0, seq: 0 };
    const after = commitProducerAppend(before, producer, evaluateProducerAppend(undefined, producer));
    expect([...after]).toEqual([
      ["other", { epoch: 0, lastSeq: 1 }],
      ["__proto__", { epoch: 0, lastSeq: 0 }],
    ]);
    expect(before.size).toBe(1);
  });

  test("keeps the map itself when nothing was accepted", () => {
    const before: ProducerStateMap = new Map([["writer", { epoch: 0, lastSeq: 1 }]]);
    const producer = { id: "writer", epoch: 0, seq: 1 };
    expect(commitProducerAppend(before, producer, evaluateProducerAppend(before.get("writer"), producer))).toBe(before);
  });

  test("accepts each batch of a shuffled, repeating sender exactly once and in order", () => {
    const claims = fc.array(fc.record({ epoch: fc.nat(3), seq: fc.nat(5) }), { maxLength: 60 });
    fc.assert(
      fc.property(claims, (sent) => {
        let producers: ProducerStateMap = new Map();
        const accepted: [number, number][] = [];
        for (const { epoch, seq } of sent) {
          const producer = { id: "writer", epoch, seq };
          const decision = evaluateProducerAppend(producers.get("writer"), producer);
          if (decision.outcome === "Accepted") accepted.push([epoch, seq]);
          producers = commitProducerAppend(producers, producer, decision);
        }
        const inOrder = accepted.every(([epoch, seq], at) => {
          const [lastEpoch, lastSeq] = accepted[at - 1] ?? [-1, -1];
          return epoch === lastEpoch ? seq === lastSeq + 1 : epoch > lastEpoch && seq === 0;
        });
        expect(inOrder).toBe(true);
      }),
    );
  });
});
