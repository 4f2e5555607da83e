import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Framed,
  formatJsonResponse,
  frameJson,
  InvalidJsonError,
  splitStored,
} from "../../../src/shared/index.ts";
import { arrayText, blank, messageText, spacedMessage, text, utf8 } from "./support.ts";

/** A body that ends `spare` bytes before its buffer does. */
function withSpareCapacity(body: Uint8Array, spare: number): Uint8Array {
  const buffer = new Uint8Array(body.length + 3 + spare);
  buffer.set(body, 3);
  return buffer.subarray(3, 3 + body.length);
}

function stored(framed: Framed): string {
  return text(framed.bytes);
}

describe("frameJson", () => {
  test.each([
    ['{"a":1}', '{"a":1},', 1],
    [" 5 ", "5,", 1],
    ['"[1,2]"', '"[1,2]",', 1],
    ["[]", "", 0],
    [" [ \n] ", "", 0],
    ["[1]", "1,", 1],
    ["[1,2]", "1,2,", 2],
    [" [ 1 , 2 ] ", "1,2,", 2],
    ['[{"event":"a"}, {"event":"b"}]', '{"event":"a"},{"event":"b"},', 2],
    ["[[1,2], [3,4]]", "[1,2],[3,4],", 2],
    ["[[[1,2,3]]]", "[[1,2,3]],", 1],
    ["[[],{}]", "[],{},", 2],
    ["[ [ ] ,{ }\t]", "[ ],{ },", 2],
  ])("frames %j as %j", (body, bytes, count) => {
    const framed = frameJson(utf8(body));
    expect([stored(framed), framed.count, framed.index.length]).toEqual([bytes, count, bytes.length]);
  });

  test("keeps every message byte for byte as it was written", () => {
    const body = '[12345678901234567890,1.0,1e400,{"a":1,"a":2},"\\ud83d\\ude00"," "]';
    expect(text(formatJsonResponse(frameJson(utf8(body)).bytes))).toBe(body);
    expect(splitStored(frameJson(utf8(body)).bytes).map(text)).toEqual([
      "12345678901234567890",
      "1.0",
      "1e400",
      '{"a":1,"a":2}',
      '"\\ud83d\\ude00"',
      '" "',
    ]);
  });

  test("gives back the slices of any array, whatever the white space around them", () => {
    fc.assert(
      fc.property(
        fc.array(spacedMessage, { maxLength: 12 }),
        blank,
        blank,
        fc.boolean(),
        (parts, before, after, owned) => {
          const source = arrayText(parts, [before, after]);
          const framed = frameJson(utf8(source), { owned });
          expect(splitStored(framed.bytes).map(text)).toEqual(parts.map(({ message }) => message));
          expect(framed.count).toBe(parts.length);
          expect(JSON.parse(text(formatJsonResponse(framed.bytes)))).toEqual(JSON.parse(source));
        },
      ),
    );
  });

  test("gives back the slice of any single value that is not an array", () => {
    const value = messageText.filter((message) => !message.startsWith("["));
    fc.assert(
      fc.property(value, blank, blank, fc.nat(2), fc.boolean(), (message, before, after, spare, owned) => {
        const body = withSpareCapacity(utf8(before + message + after), spare);
        expect(stored(frameJson(body, { owned }))).toBe(`${message},`);
      }),
    );
  });

  test("leaves a body alone that it does not own", () => {
    fc.assert(
      fc.property(fc.array(spacedMessage, { maxLength: 8 }), (parts) => {
        const body = utf8(arrayText(parts));
        const before = body.slice();
        const { bytes } = frameJson(body);
        expect(body).toEqual(before);
        expect(bytes.buffer).not.toBe(body.buffer);
      }),
    );
  });

  test.each(["[1,2]", "[ 1 ,\n2 ]", " 7 "])("frames %j in place when it owns the body", (source) => {
    const body = utf8(source);
    expect(frameJson(body, { owned: true }).bytes.buffer).toBe(body.buffer);
  });

  test("uses the byte behind an owned single value when the buffer has one", () => {
    const body = withSpareCapacity(utf8("{}"), 1);
    const { bytes } = frameJson(body, { owned: true });
    expect([text(bytes), bytes.buffer === body.buffer]).toEqual(["{},", true]);
  });

  test("copies an owned single value that fills its buffer", () => {
    const body = utf8("{}").slice();
    const { bytes } = frameJson(body, { owned: true });
    expect([text(bytes), bytes.buffer === body.buffer]).toEqual(["{},", false]);
  });

  test.each([1, 1000, 70_000])("moves runs of %d bytes over the white space between them", (size) => {
    const messages = Array.from({ length: 5 }, (_, at) => JSON.stringify(String(at).repeat(size)));
    const body = utf8(`[ ${messages.join(" ,\n ")} ]`);
    expect(stored(frameJson(body, { owned: true }))).toBe(`${messages.join(",")},`);
  });

  test.each([100_000, 2_000_000])("takes %d levels of nesting", (levels) => {
    const body = new Uint8Array(levels * 2).fill(0x5b, 0, levels).fill(0x5d, levels);
    const framed = frameJson(body, { owned: true });
    expect([framed.count, framed.bytes.length]).toEqual([1, levels * 2 - 1]);
  });

  test("knows arrays from objects at every level of nesting", () => {
    const kinds = fc.array(fc.boolean(), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(kinds, fc.nat(199), (isObject, at) => {
        const open = isObject.map((object) => (object ? '{"k":' : "[")).join("");
        const close = isObject.map((object) => (object ? "}" : "]")).reverse();
        const wrong = close.with(at % close.length, close[at % close.length] === "}" ? "]" : "}");
        expect(frameJson(utf8(`[${open}0${close.join("")}]`)).count).toBe(1);
        expect(() => frameJson(utf8(`[${open}0${wrong.join("")}]`))).toThrow(InvalidJsonError);
      }),
    );
  });
});

describe("InvalidJsonError", () => {
  test.each([
    ["", 0],
    ["  ", 2],
    ["nul", 3],
    ["nulL", 3],
    ["undefined", 0],
    ["[1,]", 3],
    ["[,1]", 1],
    ["[1 2]", 3],
    ["[1", 2],
    ["[", 1],
    ["[1]]", 3],
    ["[] 1", 3],
    ["1 2", 2],
    ["]", 0],
    ["01", 1],
    ["-", 1],
    ["+1", 0],
    [".5", 0],
    ["1.", 2],
    ["1e", 2],
    ["1e+", 3],
    ["NaN", 0],
    ["{a:1}", 1],
    ["{'a':1}", 1],
    ['{"a"}', 4],
    ['{"a":}', 5],
    ['{"a":1,}', 7],
    ['{"a":1]', 6],
    ['[{"a":1}', 8],
    ['"abc', 4],
    ['"a\nb"', 2],
    ['"\\x"', 2],
    ['"\\u12g4"', 5],
    ['"\\u12', 5],
    ["\ufeff1", 0],
    ["1\u00a0", 1],
    ["//c\n1", 0],
  ])("says where %j stops being JSON", (body, position) => {
    expect(() => frameJson(utf8(body))).toThrow(expect.objectContaining({ _tag: "InvalidJsonError", position }));
  });

  test.each([
    ["a lone continuation", [0x80], 0],
    ["an overlong form", [0xc0, 0xaf], 0],
    ["an encoded surrogate", [0xed, 0xa0, 0x80], 0],
    ["a cut character", [0xe2, 0x82], 0],
    ["a code point above U+10FFFF", [0xf4, 0x90, 0x80, 0x80], 0],
    ["a byte that UTF-8 never uses", [0xff], 0],
    ["a cut character behind a whole one", [0xc3, 0xa9, 0xc3], 2],
  ])("says where a string holds %s", (_, bytes, position) => {
    const body = Uint8Array.from([0x22, ...bytes, 0x22]);
    expect(() => frameJson(body)).toThrow(expect.objectContaining({ position: position + 1 }));
  });

  test("says where UTF-8 breaks far into a large body, around the edges of the pieces it is decoded in", () => {
    const offsets = fc.integer({ min: -6, max: 6 });
    const unit = fc.constantFrom("é", "日", "😀");
    fc.assert(
      fc.property(unit, fc.integer({ min: 1, max: 2 }), offsets, (character, piece, offset) => {
        const body = utf8(`["${character.repeat(100_000)}"]`);
        const start = 2 + Math.round((piece * 65_536 + offset) / utf8(character).length) * utf8(character).length;
        body[start] = 0xff;
        expect(() => frameJson(body)).toThrow(expect.objectContaining({ position: start }));
      }),
      { numRuns: 40 },
    );
  });
});
