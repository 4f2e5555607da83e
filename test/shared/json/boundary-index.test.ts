import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BOUNDARY_WINDOW_BYTES, frameJson, splitStored } from "../../../src/shared/index.ts";
import { utf8 } from "./support.ts";

const WINDOW = BOUNDARY_WINDOW_BYTES;

/** Sizes of messages that fall around, on and far over the edges of windows. */
const size = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 2, max: 3000 }) },
  { weight: 2, arbitrary: fc.integer({ min: WINDOW - 3, max: WINDOW + 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: WINDOW, max: WINDOW * 3 }) },
);

function frameOf(sizes: readonly number[], separator: string): ReturnType<typeof frameJson> {
  return frameJson(utf8(`[${sizes.map((length) => `"${"x".repeat(length - 2)}"`).join(separator)}]`), { owned: true });
}

/** Every message end, 0 included, found the slow way. */
function naiveEnds(bytes: Uint8Array): number[] {
  const ends = [0];
  for (const message of splitStored(bytes)) ends.push((ends.at(-1) ?? 0) + message.length + 1);
  return ends;
}

const sizes = fc.array(size, { minLength: 1, maxLength: 60 });
const separator = fc.constantFrom(",", ", ", " ,\n  ");

describe("BoundaryIndex", () => {
  test("is exact on every multiple of its window", () => {
    fc.assert(
      fc.property(sizes, separator, (lengths, comma) => {
        const { bytes, index } = frameOf(lengths, comma);
        const ends = naiveEnds(bytes);
        const edges = Array.from({ length: Math.ceil(bytes.length / WINDOW) }, (_, window) => window * WINDOW);
        expect(edges.map((edge) => index.lastAtOrBefore(edge))).toEqual(
          edges.map((edge) => ends.findLast((end) => end <= edge)),
        );
        expect(edges.map((edge) => index.firstAtOrAfter(edge))).toEqual(
          edges.map((edge) => ends.find((end) => end >= edge)),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("gives a message end on the right side of any position", () => {
    fc.assert(
      fc.property(sizes, separator, fc.nat(8 * WINDOW), (lengths, comma, position) => {
        const { bytes, index } = frameOf(lengths, comma);
        const ends = new Set(naiveEnds(bytes));
        const at = position % (bytes.length + 1);
        const [before, after] = [index.lastAtOrBefore(at), index.firstAtOrAfter(at)];
        expect([ends.has(before), before <= at, ends.has(after), after >= at]).toEqual([true, true, true, true]);
      }),
      { numRuns: 200 },
    );
  });

  test("knows that an end on the edge of a window is at the edge", () => {
    const { index } = frameOf([WINDOW - 1, WINDOW - 1, 10], ",");
    expect([index.lastAtOrBefore(WINDOW), index.firstAtOrAfter(WINDOW)]).toEqual([WINDOW, WINDOW]);
    expect([index.lastAtOrBefore(2 * WINDOW), index.firstAtOrAfter(2 * WINDOW)]).toEqual([2 * WINDOW, 2 * WINDOW]);
  });

  test("looks over windows in which no message ends", () => {
    const { index, bytes } = frameOf([9, 5 * WINDOW, 9], ",");
    expect(index.lastAtOrBefore(4 * WINDOW)).toBe(10);
    expect(index.firstAtOrAfter(2 * WINDOW)).toBe(5 * WINDOW + 11);
    expect(index.firstAtOrAfter(bytes.length)).toBe(bytes.length);
  });

  test("gives the two ends of what fits one window", () => {
    const { index } = frameOf([9, 9], ",");
    expect([index.lastAtOrBefore(0), index.firstAtOrAfter(0), index.lastAtOrBefore(WINDOW), index.length]).toEqual([
      0, 0, 20, 20,
    ]);
  });

  test("is empty for an empty array", () => {
    const { index } = frameJson(utf8("[]"));
    expect([index.length, index.lastAtOrBefore(WINDOW), index.firstAtOrAfter(0)]).toEqual([0, 0, 0]);
  });
});
