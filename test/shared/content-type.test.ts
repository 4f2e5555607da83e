import { describe, expect, test } from "vitest";
import { isJsonContentType, isSSETextCompatibleContentType, normalizeContentType } from "../../src/shared/index.ts";

describe("normalizeContentType", () => {
  test.each([
    ["Text/Plain; charset=UTF-8", "text/plain"],
    ["  application/JSON  ", "application/json"],
    ["application/json;", "application/json"],
    ["", ""],
    [null, ""],
    [undefined, ""],
  ])("reduces %j to %j", (contentType, expected) => {
    expect(normalizeContentType(contentType)).toBe(expected);
  });
});

describe("isJsonContentType", () => {
  test.each(["application/json", "Application/Json; charset=utf-8", "application/json ; v=1"])(
    "holds for %j",
    (type) => {
      expect(isJsonContentType(type)).toBe(true);
    },
  );

  test.each(["application/ndjson", "application/problem+json", "application/jsonl", "text/json", "", null, undefined])(
    "does not hold for %j",
    (type) => {
      expect(isJsonContentType(type)).toBe(false);
    },
  );
});

describe("isSSETextCompatibleContentType", () => {
  test.each(["text/plain", "TEXT/html; charset=utf-8", "application/json"])("holds for %j", (type) => {
    expect(isSSETextCompatibleContentType(type)).toBe(true);
  });

  test.each(["application/octet-stream", "application/ndjson", "application/jsonx", "context/plain", "text", ""])(
    "does not hold for %j",
    (type) => {
      expect(isSSETextCompatibleContentType(type)).toBe(false);
    },
  );
});
