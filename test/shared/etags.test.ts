import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatOffset,
  generateETag,
  matchesIfNoneMatch,
  mintStreamId,
  normalizeOffset,
  parseETag,
} from "../../src/shared/index.ts";

const STREAM = "0123456789abcdef0123456789abcdef";
const START = formatOffset(0, 0);
const END = formatOffset(1, 42);
const OPEN = generateETag(STREAM, START, END);
const CLOSED = generateETag(STREAM, START, END, true);

describe("generateETag", () => {
  test("holds the stream's identity and both ends of the page in quotes", () => {
    expect(OPEN).toBe(`"${STREAM}:0000000000000000_0000000000000000:0000000000000001_000000000000002a"`);
  });

  test("varies with closure", () => {
    expect(CLOSED).toBe(`"${STREAM}:0000000000000000_0000000000000000:0000000000000001_000000000000002a:c"`);
  });

  test("takes -1 for the initial offset", () => {
    expect(generateETag(STREAM, normalizeOffset("-1"), END)).toBe(OPEN);
  });

  test("refuses now, which has no entity tag", () => {
    expect(() => generateETag(STREAM, normalizeOffset("now"), END)).toThrow(RangeError);
  });

  test.each(["", 'a"b', "a b", "a\nb", "é"])("refuses the identity %j", (streamId) => {
    expect(() => generateETag(streamId, START, END)).toThrow(RangeError);
  });
});

describe("parseETag", () => {
  test("reverses generateETag", () => {
    const offset = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()).map(([seq, pos]) => formatOffset(seq, pos));
    const identity = fc.oneof(
      fc.constant(null).map(() => mintStreamId()),
      fc.stringMatching(/^[a-z:_]{1,20}$/),
    );
    fc.assert(
      fc.property(identity, offset, offset, fc.boolean(), (streamId, start, end, closed) => {
        expect(parseETag(generateETag(streamId, start, end, closed))).toEqual({ streamId, start, end, closed });
      }),
    );
  });

  test.each([
    "",
    '""',
    '"abc"',
    STREAM,
    `W/${OPEN}`,
    OPEN.slice(1),
    OPEN.replace('"', "'"),
    `"${STREAM}:-1:now"`,
    `"${STREAM}:0020000000000000_0000000000000000:0020000000000000_0000000000000000"`,
    CLOSED.replace(":c", ":d"),
  ])("gives null for %j", (etag) => {
    expect(parseETag(etag)).toBeNull();
  });
});

describe("matchesIfNoneMatch", () => {
  test.each([
    OPEN,
    "*",
    " * ",
    `W/${OPEN}`,
    `"x", ${OPEN}`,
    `${OPEN}, "x"`,
    `"x",${OPEN},"y"`,
    ` ,, "x" , \t${OPEN} ,`,
    `"a,b", W/"c", ${OPEN}`,
    `"", ${OPEN}`,
  ])("finds the tag in %j", (header) => {
    expect(matchesIfNoneMatch(header, OPEN)).toBe(true);
  });

  test.each([
    "",
    ",",
    '"x"',
    CLOSED,
    OPEN.slice(1, -1),
    `w/${OPEN}`,
    `"x" ${OPEN}`,
    `x, ${OPEN}`,
    `"${OPEN}`,
    `*, "x"`,
    `"a, ${OPEN.slice(1)}`,
  ])("finds no tag in %j", (header) => {
    expect(matchesIfNoneMatch(header, OPEN)).toBe(false);
  });

  test("gives the same answer when asked again", () => {
    const header = `"x", ${OPEN}, "y"`;
    expect([matchesIfNoneMatch(header, OPEN), matchesIfNoneMatch(header, OPEN)]).toEqual([true, true]);
  });

  test("finds a tag in any list that holds it", () => {
    const tag = fc.stringMatching(/^[!#-~]{0,12}$/).map((opaque) => `"${opaque}"`);
    const member = fc.tuple(fc.constantFrom("", "W/"), tag).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(member), fc.array(member), fc.constantFrom(",", ", ", " ,\t"), (before, after, comma) => {
        expect(matchesIfNoneMatch([...before, OPEN, ...after].join(comma), OPEN)).toBe(true);
        expect(matchesIfNoneMatch([...before, ...after].join(comma), OPEN)).toBe(false);
      }),
    );
  });
});
