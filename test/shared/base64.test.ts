import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBase64Portable } from "../../src/shared/base64.ts";
import { encodeBase64Data } from "../../src/shared/index.ts";

/** Byte arrays as on a platform with `toBase64`, whichever platform runs the test. */
class NativeBytes extends Uint8Array {
  toBase64(): string {
    return "native";
  }
}

describe.each([
  ["encodeBase64Data", encodeBase64Data],
  ["encodeBase64Portable", encodeBase64Portable],
])("%s", (_, encode) => {
  test("writes standard base64 with padding", () => {
    expect(encode(Uint8Array.of(0xfb, 0xff, 0xfe, 0x00))).toBe("+//+AA==");
  });

  test("writes nothing for no bytes", () => {
    expect(encode(new Uint8Array(0))).toBe("");
  });

  test("agrees with another encoder on any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(encode(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      }),
    );
  });

  test.each([6143, 6144, 6145, 5_000_000])("encodes %d bytes in pieces that join", (length) => {
    const bytes = Uint8Array.from({ length }, (_item, at) => at * 31);
    expect(encode(bytes) === Buffer.from(bytes).toString("base64")).toBe(true);
  });
});

describe("encodeBase64Data", () => {
  test("uses the platform's encoder where there is one", () => {
    expect(encodeBase64Data(new NativeBytes(4))).toBe("native");
  });
});
