import fc from "fast-check";
import { parse } from "valibot";
import { describe, expect, test } from "vitest";
import type { Offset } from "../../src/shared/index.ts";
import {
  advanceOffset,
  compareOffsets,
  formatOffset,
  incrementSeq,
  initialOffset,
  isSentinelOffset,
  isStreamError,
  isValidOffset,
  normalizeOffset,
  OffsetSchema,
  parseOffset,
} from "../../src/shared/index.ts";

const START = parse(OffsetSchema, "-1");
const NOW = parse(OffsetSchema, "now");
const count = fc.maxSafeNat();

describe("formatOffset", () => {
  test("writes both parts as 16 lower-case hex digits", () => {
    expect(formatOffset(255, 42)).toBe("00000000000000ff_000000000000002a");
  });

  test("writes the largest safe integers", () => {
    expect(formatOffset(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toBe("001fffffffffffff_001fffffffffffff");
  });

  test.each([
    [-1, 0],
    [0, -1],
    [0.5, 0],
    [0, 2 ** 53],
    [Number.NaN, 0],
    [0, Number.POSITIVE_INFINITY],
  ])("refuses seq %d and pos %d", (seq, pos) => {
    expect(() => formatOffset(seq, pos)).toThrow(RangeError);
  });
});

describe("parseOffset", () => {
  test("reverses formatOffset for every pair of safe integers", () => {
    fc.assert(
      fc.property(count, count, (seq, pos) => {
        expect(parseOffset(formatOffset(seq, pos))).toEqual({ seq, pos });
      }),
    );
  });

  test.each([
    "",
    "-1",
    "now",
    "0_0",
    "000000000000000A_0000000000000000",
    "0000000000000000-0000000000000000",
    "0000000000000000_0000000000000000 ",
    "0000000000000000_0000000000000000\n",
    "0020000000000000_0000000000000000",
    "0000000000000000_0020000000000000",
    "0000000000000000_000000000000000g",
    "0x00000000000000_0000000000000000",
  ])("gives null for %j", (value) => {
    expect(parseOffset(value)).toBeNull();
  });
});

describe("compareOffsets", () => {
  test("orders offsets of one stream alike as strings and as numbers", () => {
    const pair = fc.tuple(count, count).map(([seq, pos]) => ({ seq, pos }));
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        // In a stream seq never decreases as pos grows.
        const [low, high] = [Math.min(a.seq, b.seq), Math.max(a.seq, b.seq)];
        const left = formatOffset(a.pos <= b.pos ? low : high, a.pos);
        const right = formatOffset(a.pos <= b.pos ? high : low, b.pos);
        const byNumber = Math.sign(a.pos - b.pos);
        const byString = a.pos === b.pos ? 0 : left < right ? -1 : 1;
        expect([compareOffsets(left, right), byString]).toEqual([byNumber, byNumber]);
      }),
    );
  });

  test("ignores seq", () => {
    expect(compareOffsets(formatOffset(1, 7), formatOffset(9, 7))).toBe(0);
  });

  test("takes -1 for the initial offset", () => {
    expect(compareOffsets(START, initialOffset())).toBe(0);
    expect(compareOffsets(START, formatOffset(0, 1))).toBe(-1);
  });

  test("puts now behind every minted offset", () => {
    const last = formatOffset(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    expect([compareOffsets(NOW, last), compareOffsets(last, NOW), compareOffsets(NOW, NOW)]).toEqual([1, -1, 0]);
  });
});

describe("sentinels", () => {
  test("are -1 and now only", () => {
    expect(["-1", "now", "NOW", "-01", "", initialOffset()].map(isSentinelOffset)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  test("are valid offsets of a request", () => {
    expect(["-1", "now", initialOffset()].every(isValidOffset)).toBe(true);
    expect(isValidOffset("0,1")).toBe(false);
  });
});

describe("normalizeOffset", () => {
  test("turns -1 into the initial offset", () => {
    expect(normalizeOffset("-1")).toBe("0000000000000000_0000000000000000");
  });

  test("keeps minted offsets and now", () => {
    const minted = formatOffset(1, 2);
    expect([normalizeOffset(minted), normalizeOffset("now")]).toEqual([minted, "now"]);
  });

  test("throws InvalidOffsetError with the offset for anything else", () => {
    const attempt = (): Offset => normalizeOffset("../..");
    expect(attempt).toThrow(expect.objectContaining({ _tag: "InvalidOffsetError", offset: "../.." }));
    expect(attempt).toThrow(expect.toSatisfy(isStreamError));
  });
});

describe("arithmetic", () => {
  test("advanceOffset moves the position and keeps seq", () => {
    expect(advanceOffset(formatOffset(3, 10), 5)).toBe(formatOffset(3, 15));
  });

  test("advanceOffset starts from -1 as from the initial offset", () => {
    expect(advanceOffset(START, 5)).toBe(formatOffset(0, 5));
  });

  test.each([-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER])(
    "advanceOffset refuses %d bytes from position 1",
    (bytes) => {
      expect(() => advanceOffset(formatOffset(0, 1), bytes)).toThrow(RangeError);
    },
  );

  test("incrementSeq keeps the position", () => {
    expect(incrementSeq(formatOffset(3, 10))).toBe(formatOffset(4, 10));
  });

  test("now has no position to move from", () => {
    expect(() => advanceOffset(NOW, 1)).toThrow(RangeError);
    expect(() => incrementSeq(NOW)).toThrow(RangeError);
  });
});
