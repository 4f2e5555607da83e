import { describe, expect, test } from "vitest";
import { mintStreamId } from "../../src/shared/index.ts";

describe("mintStreamId", () => {
  test("writes 16 random bytes as 32 lower-case hex digits", () => {
    expect(mintStreamId((bytes) => bytes.set([0x00, 0xff, 0x0a], 0))).toBe("00ff0a00000000000000000000000000");
  });

  test("mints a new identity each time", () => {
    const ids = Array.from({ length: 100 }, () => mintStreamId());
    expect(new Set(ids).size).toBe(100);
  });
});
