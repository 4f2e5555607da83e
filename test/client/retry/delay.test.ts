import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_RETRY_AFTER_MS, parseRetryAfter, type RetryPolicy, retryDelay } from "../../../src/client/retry/index.ts";

const policy: RetryPolicy = { maxAttempts: 10, baseDelayMs: 100, maxDelayMs: 1_000 };
const half = (): number => 0.5;

describe("retryDelay", () => {
  test("doubles its bound with every attempt up to the maximum", () => {
    expect([1, 2, 3, 4, 5, 60].map((attempt) => retryDelay(attempt, policy, half))).toEqual([
      50, 100, 200, 400, 500, 500,
    ]);
  });

  test("stays between 0 and its bound whatever the randomness", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (n, r) => {
          const delay = retryDelay(n, policy, () => r);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThan(Math.min(1_000, 100 * 2 ** (n - 1)));
        },
      ),
    );
  });

  test("never comes back before Retry-After", () => {
    expect(retryDelay(1, policy, () => 0, 7_000)).toBe(7_000);
    expect(retryDelay(1, policy, half, 7_000)).toBe(7_050);
  });

  test("bounds Retry-After", () => {
    expect(retryDelay(1, policy, () => 0, 10 ** 12)).toBe(MAX_RETRY_AFTER_MS);
  });

  test("is nothing when asked to be, however many attempts were made", () => {
    expect(retryDelay(2_000, { maxAttempts: Infinity, baseDelayMs: 0, maxDelayMs: 100 }, half)).toBe(0);
  });
});

describe("parseRetryAfter", () => {
  const now = Date.UTC(2026, 0, 1);

  test.each([
    ["0", 0],
    ["120", 120_000],
    ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
    ["Wed, 31 Dec 2025 23:00:00 GMT", 0],
  ])("reads %s as %d ms", (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });

  test.each([[null], [""], ["-1"], ["1.5"], ["soon"]])("makes nothing of %j", (value) => {
    expect(parseRetryAfter(value, now)).toBeUndefined();
  });
});
