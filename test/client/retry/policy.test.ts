import { expect, test } from "vitest";
import { DEFAULT_RETRY, resolveRetry } from "../../../src/client/retry/index.ts";

test("keeps the default for an option that is missing or undefined", () => {
  expect(resolveRetry(undefined, DEFAULT_RETRY)).toEqual(DEFAULT_RETRY);
  expect(resolveRetry({ maxAttempts: 2, baseDelayMs: undefined }, DEFAULT_RETRY)).toEqual({
    ...DEFAULT_RETRY,
    maxAttempts: 2,
  });
});

test("takes Infinity for never giving up", () => {
  expect(resolveRetry({ maxAttempts: Infinity }, DEFAULT_RETRY).maxAttempts).toBe(Infinity);
});

test.each([{ maxAttempts: 0 }, { maxAttempts: Number.NaN }, { baseDelayMs: -1 }, { maxDelayMs: Number.NaN }])(
  "refuses %j",
  (options) => {
    expect(() => resolveRetry(options, DEFAULT_RETRY)).toThrow(RangeError);
  },
);
