import { is, parse } from "valibot";
import { describe, expect, test } from "vitest";
import {
  CursorSchema,
  calculateCursor,
  ETagSchema,
  formatOffset,
  generateETag,
  initialOffset,
  mintStreamId,
  OffsetSchema,
  ProducerStateMapSchema,
  ProducerStateSchema,
  StreamIdSchema,
} from "../../src/shared/index.ts";

test("OffsetSchema accepts minted offsets and sentinels only", () => {
  const values = [formatOffset(1, 2), "-1", "now", "1_2", "", 5, null];
  expect(values.map((value) => is(OffsetSchema, value))).toEqual([true, true, true, false, false, false, false]);
});

test("CursorSchema accepts what is minted here and any other server's opaque token", () => {
  const values = [calculateCursor(), "abc", "", "a b", "x".repeat(257), "a\nb", 7];
  expect(values.map((value) => is(CursorSchema, value))).toEqual([true, true, false, false, false, false, false]);
});

test("ETagSchema accepts strong entity tags only", () => {
  const values = [generateETag("a", initialOffset(), initialOffset()), '""', 'W/"a"', "a", '"a"b"', '"a b"'];
  expect(values.map((value) => is(ETagSchema, value))).toEqual([true, true, false, false, false, false]);
});

test("StreamIdSchema accepts 32 lower-case hex digits only", () => {
  const values = [mintStreamId(), "A".repeat(32), "a".repeat(31), ""];
  expect(values.map((value) => is(StreamIdSchema, value))).toEqual([true, false, false, false]);
});

describe("ProducerStateSchema", () => {
  test("accepts safe integers from 0", () => {
    const state = { epoch: 0, lastSeq: Number.MAX_SAFE_INTEGER };
    expect(parse(ProducerStateSchema, state)).toEqual(state);
  });

  test.each([{}, { epoch: 0 }, { epoch: -1, lastSeq: 0 }, { epoch: 0, lastSeq: 0.5 }, { epoch: 0, lastSeq: 2 ** 53 }])(
    "refuses %j",
    (state) => {
      expect(is(ProducerStateSchema, state)).toBe(false);
    },
  );
});

describe("ProducerStateMapSchema", () => {
  test("keeps ids that a plain object could not hold", () => {
    const states = new Map(["__proto__", "constructor", ""].map((id) => [id, { epoch: 1, lastSeq: 2 }]));
    expect(parse(ProducerStateMapSchema, states)).toEqual(states);
  });

  test("refuses a map with a malformed state", () => {
    expect(is(ProducerStateMapSchema, new Map([["a", { epoch: 1 }]]))).toBe(false);
  });
});
