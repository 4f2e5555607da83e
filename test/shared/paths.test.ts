import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeStreamPath, encodeStreamPath } from "../../src/shared/index.ts";

const SAFE_KEY = /^[A-Za-z0-9_~-]{1,200}$/;
const anyPath = fc.string({ unit: "grapheme", maxLength: 300 });

describe("encodeStreamPath", () => {
  test("keeps a usual path readable", async () => {
    expect(await encodeStreamPath("/chat/room-1")).toBe("_chat_room-1");
  });

  test("escapes everything else byte by byte", async () => {
    expect(await encodeStreamPath("a b_~.é")).toBe("a~20b~5f~7e~2e~c3~a9");
  });

  test("gives the empty path a key", async () => {
    expect(await encodeStreamPath("")).toBe("~");
  });

  test("reverses for a path whose key is exactly 200 characters", async () => {
    const path = "x".repeat(200);
    expect(decodeStreamPath(await encodeStreamPath(path))).toBe(path);
  });

  test("hashes a path whose key would be 201 characters", async () => {
    const key = await encodeStreamPath("x".repeat(201));
    expect(key).toMatch(/^~sha256-[0-9a-f]{64}$/);
    expect(decodeStreamPath(key)).toBeNull();
  });

  test("hashes a short path whose escapes make the key too long", async () => {
    expect(await encodeStreamPath(".".repeat(67))).toMatch(/^~sha256-/);
    expect(decodeStreamPath(await encodeStreamPath(".".repeat(66)))).toBe(".".repeat(66));
  });

  test("never gives the plain key of a path that looks like a hash", async () => {
    const hash = await encodeStreamPath("x".repeat(201));
    const plain = await encodeStreamPath(hash);
    expect(plain).not.toBe(hash);
    expect(decodeStreamPath(plain)).toBe(hash);
  });

  test.each(["\ud800", "a\udc00b", "\udc00\ud800"])("refuses the half surrogate pair in %j", async (path) => {
    await expect(encodeStreamPath(path)).rejects.toMatchObject({ _tag: "InvalidRequestError", parameter: "path" });
  });

  test("gives keys of safe characters only, 200 at the most", async () => {
    await fc.assert(
      fc.asyncProperty(anyPath, async (path) => {
        expect(await encodeStreamPath(path)).toMatch(SAFE_KEY);
      }),
    );
  });

  test("gives different paths different keys", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(anyPath, { maxLength: 20 }), async (paths) => {
        expect(new Set(await Promise.all(paths.map(encodeStreamPath))).size).toBe(paths.length);
      }),
    );
  });
});

describe("decodeStreamPath", () => {
  test("reverses every key that is not a hash", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 50 }), async (path) => {
        fc.pre(path.isWellFormed());
        expect(decodeStreamPath(await encodeStreamPath(path))).toBe(path);
      }),
    );
  });

  test.each(["", "~61", "~2F", "~2f", "~g0", "a~", "a~2", "a b", "a/b", "~ff", "~c3", "~ed~a0~80", "x".repeat(201)])(
    "gives null for %j, which is not the one spelling of any path",
    (key) => {
      expect(decodeStreamPath(key)).toBeNull();
    },
  );

  test("keeps a byte order mark", async () => {
    expect(decodeStreamPath(await encodeStreamPath("\ufeffa"))).toBe("\ufeffa");
  });
});
