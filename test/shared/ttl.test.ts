import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validateExpiresAt, validateForkSubOffset, validateTTL } from "../../src/shared/index.ts";

describe("validateTTL", () => {
  test.each([
    ["0", 0],
    ["1", 1],
    ["3600", 3600],
    ["9007199254740", 9_007_199_254_740],
  ])("reads %j", (value, seconds) => {
    expect(validateTTL(value)).toBe(seconds);
  });

  test.each([
    "",
    " 1",
    "1 ",
    "01",
    "00",
    "+1",
    "-1",
    "1.0",
    "1e3",
    "0x1",
    "abc",
    "1\n",
    "١",
    "9007199254741",
    "9".repeat(400),
  ])("refuses %j", (value) => {
    expect(validateTTL(value)).toBeNull();
  });
});

describe("validateForkSubOffset", () => {
  test("reads every safe integer", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(validateForkSubOffset(String(value))).toBe(value);
      }),
    );
  });

  test.each(["", "-1", "+1", "01", "1.5", "1e2", "abc", "9007199254740992"])("refuses %j", (value) => {
    expect(validateForkSubOffset(value)).toBeNull();
  });
});

describe("validateExpiresAt", () => {
  const read = (value: string): string | undefined => validateExpiresAt(value)?.toISOString();

  test.each([
    ["2030-01-01T00:00:00Z", "2030-01-01T00:00:00.000Z"],
    ["2030-01-01t00:00:00z", "2030-01-01T00:00:00.000Z"],
    ["2030-01-01T02:00:00+02:00", "2030-01-01T00:00:00.000Z"],
    ["2029-12-31T18:30:00-05:30", "2030-01-01T00:00:00.000Z"],
    ["2030-01-01T00:00:00-00:00", "2030-01-01T00:00:00.000Z"],
    ["2030-01-01T00:00:00.5Z", "2030-01-01T00:00:00.500Z"],
    ["2030-01-01T00:00:00.123999999Z", "2030-01-01T00:00:00.123Z"],
    ["2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000Z"],
    ["2000-02-29T12:00:00Z", "2000-02-29T12:00:00.000Z"],
    ["0099-03-04T05:06:07Z", "0099-03-04T05:06:07.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ])("reads %j", (value, instant) => {
    expect(read(value)).toBe(instant);
  });

  test.each([
    "",
    "not-a-timestamp",
    "2030-01-01",
    "2030-01-01T00:00:00",
    "2030-01-01 00:00:00Z",
    "2030-01-01T00:00Z",
    "2030-1-1T00:00:00Z",
    "2030-01-01T00:00:00.Z",
    "2030-01-01T00:00:00+0200",
    "2030-01-01T00:00:00+24:00",
    "2030-01-01T00:00:00+02:60",
    "2030-01-01T24:00:00Z",
    "2030-01-01T00:60:00Z",
    "2030-01-01T00:00:61Z",
    "2030-00-01T00:00:00Z",
    "2030-13-01T00:00:00Z",
    "2030-01-00T00:00:00Z",
    "2030-01-32T00:00:00Z",
    "9999-12-31T23:59:59-01:00",
    "0000-01-01T00:00:00+01:00",
    "2025-02-29T00:00:00Z",
    "2025-02-30T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2025-04-31T00:00:00Z",
    "+002030-01-01T00:00:00Z",
    "2030-01-01T00:00:00Z ",
    "1893456000",
  ])("refuses %j", (value) => {
    expect(validateExpiresAt(value)).toBeNull();
  });

  test.each(["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.5Z", "2017-01-01T00:59:60+01:00"])(
    "takes the leap second %j for the first instant after it",
    (value) => {
      expect(read(value)).toBe("2017-01-01T00:00:00.000Z");
    },
  );

  test.each(["2016-12-31T22:59:60Z", "2016-12-30T23:59:60Z", "2016-03-31T23:59:60Z", "2016-12-31T23:59:60+01:00"])(
    "refuses %j, where no leap second can be",
    (value) => {
      expect(validateExpiresAt(value)).toBeNull();
    },
  );

  test("reads back every instant that Date writes", () => {
    const instant = fc.date({
      min: new Date("0000-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instant, (date) => {
        expect(validateExpiresAt(date.toISOString())).toEqual(date);
      }),
    );
  });
});
