import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatJsonResponse,
  InvalidJsonError,
  processJsonAppend,
  splitStored,
  validateJsonCreate,
} from "../../../src/shared/index.ts";
import { arrayText, messageText, spacedMessage, text, utf8 } from "./support.ts";

describe("processJsonAppend", () => {
  test("frames a body and leaves it unchanged", () => {
    const body = utf8("[1, 2]");
    expect([text(processJsonAppend(body)), text(body)]).toEqual(["1,2,", "[1, 2]"]);
  });

  test.each(["[]", " [ ] "])("refuses %j, which appends nothing", (body) => {
    expect(() => processJsonAppend(utf8(body))).toThrow(InvalidJsonError);
  });

  test.each(["", " "])("refuses the body %j", (body) => {
    expect(() => processJsonAppend(utf8(body))).toThrow(InvalidJsonError);
  });
});

describe("validateJsonCreate", () => {
  test.each([
    ["", ""],
    ["[]", ""],
    ["[[]]", "[],"],
    ['{"a":1}', '{"a":1},'],
  ])("frames %j as %j", (body, stored) => {
    expect(text(validateJsonCreate(utf8(body)))).toBe(stored);
  });

  test.each([" ", "{", "[1,]"])("refuses %j", (body) => {
    expect(() => validateJsonCreate(utf8(body))).toThrow(InvalidJsonError);
  });
});

describe("formatJsonResponse", () => {
  test("gives an empty array for an empty range", () => {
    expect(text(formatJsonResponse(new Uint8Array(0)))).toBe("[]");
  });

  test("gives an array that parses to what was appended, range after range", () => {
    const body = fc.array(spacedMessage, { minLength: 1, maxLength: 5 }).map((parts) => arrayText(parts));
    fc.assert(
      fc.property(fc.array(body, { maxLength: 5 }), (bodies) => {
        const stored = bodies.map((source) => text(processJsonAppend(utf8(source)))).join("");
        const messages = bodies.flatMap((source) => JSON.parse(source));
        expect(JSON.parse(text(formatJsonResponse(utf8(stored))))).toEqual(messages);
      }),
    );
  });

  test("leaves the range unchanged", () => {
    const stored = utf8("1,");
    formatJsonResponse(stored);
    expect(text(stored)).toBe("1,");
  });
});

describe("splitStored", () => {
  test("gives the messages as views of the range", () => {
    const stored = utf8('1,[2,3],"a,b",');
    const messages = splitStored(stored);
    expect(messages.map(text)).toEqual(["1", "[2,3]", '"a,b"']);
    expect(messages.every((message) => message.buffer === stored.buffer)).toBe(true);
  });

  test("gives nothing for an empty range", () => {
    expect(splitStored(new Uint8Array(0))).toEqual([]);
  });

  test.each(["1", '"a,', "[1,", '{"a":1,'])("refuses %j, which ends inside a message", (range) => {
    expect(() => splitStored(utf8(range))).toThrow(RangeError);
  });

  test("reverses framing", () => {
    fc.assert(
      fc.property(fc.array(messageText), (messages) => {
        const stored = utf8(messages.map((message) => `${message},`).join(""));
        expect(splitStored(stored).map(text)).toEqual(messages);
      }),
    );
  });
});
