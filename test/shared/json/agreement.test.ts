import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameJson, isStreamError } from "../../../src/shared/index.ts";
import { arrayText, platformAccepts, spacedMessage, utf8 } from "./support.ts";

function accepts(bytes: Uint8Array): boolean {
  try {
    frameJson(bytes);
    return true;
  } catch (error) {
    expect(error).toSatisfy(isStreamError);
    return false;
  }
}

/** Pieces of JSON and of what is nearly JSON, to be joined at random. */
const token = fc.constantFrom(
  ..."[]{},:".split(""),
  ...[" ", "\n", "\t", "\r", "\u000b", "\u00a0", "\ufeff", "\u2028", "\u0000"],
  ...['"', '""', '"a"', '"a":', "\\", '"\\u0041"', '"\\u00', "'"],
  ...["0", "1", "-", "-0", "01", "1.5", ".", "e", "1e5", "E+", "9".repeat(20)],
  ...["true", "false", "null", "tru", "nulll", "True", "undefined", "NaN", "Infinity", "//", "/**/"],
);

const validText = fc.array(spacedMessage, { maxLength: 6 }).map((parts) => arrayText(parts));

type Mutation = {
  readonly kind: "flip" | "set" | "cut" | "insert" | "drop";
  readonly at: number;
  readonly byte: number;
};

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("flip", "set", "cut", "insert", "drop"),
  at: fc.nat(10_000),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...utf8('[]{},:"\\ \n0e-tfnu'))),
});

function mutate(bytes: Uint8Array, { kind, at, byte }: Mutation): Uint8Array {
  const position = at % (bytes.length + 1);
  const [head, tail] = [bytes.subarray(0, position), bytes.subarray(position)];
  switch (kind) {
    case "flip":
      return Uint8Array.from([...head, ...tail.map((item, index) => (index === 0 ? item ^ (1 << (byte & 7)) : item))]);
    case "set":
      return Uint8Array.from([...head, byte, ...tail.subarray(1)]);
    case "cut":
      return head;
    case "insert":
      return Uint8Array.from([...head, byte, ...tail]);
    case "drop":
      return Uint8Array.from([...head, ...tail.subarray(1)]);
  }
}

describe("frameJson accepts exactly what JSON.parse accepts", () => {
  test("of valid JSON", () => {
    fc.assert(
      fc.property(validText, (source) => {
        expect([accepts(utf8(source)), platformAccepts(utf8(source))]).toEqual([true, true]);
      }),
      { numRuns: 500 },
    );
  });

  test("of valid JSON with a few bytes flipped, set, cut off, inserted or dropped", () => {
    fc.assert(
      fc.property(validText, fc.array(mutation, { minLength: 1, maxLength: 3 }), (source, mutations) => {
        const bytes = mutations.reduce(mutate, utf8(source));
        expect(accepts(bytes)).toBe(platformAccepts(bytes));
      }),
      { numRuns: 4000 },
    );
  });

  test("of tokens joined at random", () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const bytes = utf8(tokens.join(""));
        expect(accepts(bytes)).toBe(platformAccepts(bytes));
      }),
      { numRuns: 4000 },
    );
  });

  test("of tokens joined at random inside an array", () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 8 }), (tokens) => {
        const bytes = utf8(`[${tokens.join(",")}]`);
        expect(accepts(bytes)).toBe(platformAccepts(bytes));
      }),
      { numRuns: 4000 },
    );
  });

  test("of arbitrary bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        expect(accepts(bytes)).toBe(platformAccepts(bytes));
      }),
      { numRuns: 4000 },
    );
  });

  test("of arbitrary bytes inside a string", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const body = Uint8Array.from([0x22, ...bytes, 0x22]);
        expect(accepts(body)).toBe(platformAccepts(body));
      }),
      { numRuns: 4000 },
    );
  });

  test("of every single byte, and of every byte inside a string, after a backslash and after a number", () => {
    const shapes = [
      [[], []],
      [[0x22], [0x22]],
      [[0x22, 0x5c], [0x22]],
      [[0x31], []],
      [[0x5b, 0x31], [0x5d]],
    ];
    const bodies = Array.from({ length: 256 }, (_, byte) =>
      shapes.map(([head = [], tail = []]) => Uint8Array.from([...head, byte, ...tail])),
    ).flat();
    expect(bodies.filter((body) => accepts(body) !== platformAccepts(body))).toEqual([]);
  });
});
