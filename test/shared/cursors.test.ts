import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calculateCursor, DEFAULT_CURSOR_EPOCH, generateResponseCursor } from "../../src/shared/index.ts";

const EPOCH = DEFAULT_CURSOR_EPOCH.getTime();
const at = (interval: number): number => EPOCH + interval * 20_000;

describe("calculateCursor", () => {
  test("counts intervals of 20 seconds from 2024-10-09", () => {
    expect(calculateCursor({ now: Date.parse("2024-10-09T00:01:00Z") })).toBe("3");
  });

  test("stays the same within an interval", () => {
    expect(calculateCursor({ now: at(7) + 19_999 })).toBe(calculateCursor({ now: at(7) }));
  });

  test("takes another interval and epoch, as a date or as milliseconds", () => {
    const options = { intervalSeconds: 60, now: 600_000 };
    expect(calculateCursor({ ...options, epoch: new Date(0) })).toBe("10");
    expect(calculateCursor({ ...options, epoch: 300_000 })).toBe("5");
  });

  test("is 0 before the epoch", () => {
    expect(calculateCursor({ now: EPOCH - 1 })).toBe("0");
  });

  test("uses the system clock by default", () => {
    const before = Number(calculateCursor({ now: Date.now() }));
    expect(Number(calculateCursor())).toBeGreaterThanOrEqual(before);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses an interval of %d seconds", (intervalSeconds) => {
    expect(() => calculateCursor({ intervalSeconds })).toThrow(RangeError);
  });

  test("refuses a time that is not finite", () => {
    expect(() => calculateCursor({ now: Number.NaN })).toThrow(RangeError);
  });
});

describe("generateResponseCursor", () => {
  test("gives the current interval to a reader without a cursor", () => {
    expect(generateResponseCursor(undefined, { now: at(1000) })).toBe("1000");
  });

  test("gives the current interval to a reader from an earlier one", () => {
    expect(generateResponseCursor("999", { now: at(1000) })).toBe("1000");
  });

  test("moves a reader of the same interval on by at least one", () => {
    expect(generateResponseCursor("1000", { now: at(1000), random: () => 0 })).toBe("1001");
  });

  test("moves a reader of the same interval on by at most an hour", () => {
    expect(generateResponseCursor("1000", { now: at(1000), random: () => 0.999999 })).toBe("1180");
  });

  test("counts the jitter in intervals of the length in use", () => {
    const options = { now: EPOCH, intervalSeconds: 1, random: () => 0.5 };
    expect(generateResponseCursor("5", options)).toBe("1806");
  });

  test.each(["", "abc", "-5", "1.5", "1e9", " 7", "0x10", "NaN", "9".repeat(400), "9007199254740992"])(
    "takes the malformed cursor %j for none",
    (cursor) => {
      expect(generateResponseCursor(cursor, { now: at(1000) })).toBe("1000");
    },
  );

  test("never passes 2^53 - 1", () => {
    const near = String(Number.MAX_SAFE_INTEGER - 1);
    expect(generateResponseCursor(near, { now: at(1), random: () => 0.9 })).toBe(String(Number.MAX_SAFE_INTEGER));
    expect(generateResponseCursor(String(Number.MAX_SAFE_INTEGER), { now: at(1) })).toBe(
      String(Number.MAX_SAFE_INTEGER),
    );
  });

  test("is a safe integer above whatever valid cursor the client sent", () => {
    const randomness = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
    const cursor = fc.oneof(fc.nat(200_000_000), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1 }));
    fc.assert(
      fc.property(
        cursor,
        time,
        fc.double({ min: 0.5, max: 86_400, noNaN: true }),
        randomness,
        (held, now, interval, r) => {
          const options = { now, intervalSeconds: interval, random: () => r };
          const next = Number(generateResponseCursor(String(held), options));
          expect(Number.isSafeInteger(next)).toBe(true);
          expect(next).toBeGreaterThan(Math.min(held, Number.MAX_SAFE_INTEGER - 1));
          expect(next).toBeGreaterThanOrEqual(Number(calculateCursor(options)));
        },
      ),
    );
  });

  test("grows strictly for a reader that keeps echoing it", () => {
    let cursor = generateResponseCursor(undefined, { now: at(50) });
    for (let request = 0; request < 100; request += 1) {
      const next = generateResponseCursor(cursor, { now: at(50) });
      expect(Number(next)).toBeGreaterThan(Number(cursor));
      cursor = next;
    }
  });
});
