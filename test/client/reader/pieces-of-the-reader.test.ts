import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64 } from "../../../src/client/reader/base64.ts";
import { isMintedOffset, startingPoint } from "../../../src/client/reader/checkpoint.ts";
import { readControlEvent } from "../../../src/client/reader/control-event.ts";
import { WholeCharacters } from "../../../src/client/reader/whole-characters.ts";
import { encodeBase64Data, type Offset } from "../../../src/shared/index.ts";

const offset = (text: string): Offset => text as Offset;

describe("a starting point", () => {
  it("survives JSON as it is", () => {
    const stored = JSON.parse(JSON.stringify({ stream: "s", offset: "7", index: 3 }));
    expect(startingPoint(stored)).toEqual({ stream: "s", offset: "7", index: 3 });
  });

  it("is the start, an offset of any server, or unknown for now", () => {
    expect(startingPoint("start")).toEqual({ stream: null, offset: "-1", index: 0 });
    expect(startingPoint(offset("01JQXK5V00;a b"))).toEqual({ stream: null, offset: "01JQXK5V00;a b", index: 0 });
    expect(startingPoint("now")).toBeUndefined();
  });

  it.each(["", "a,b", "a&b", "a=b", "a?b", "a/b"])("refuses %j, which is no offset", (text) => {
    expect(() => startingPoint(offset(text))).toThrowError(expect.objectContaining({ _tag: "InvalidOffsetError" }));
    expect(isMintedOffset(text)).toBe(false);
  });

  it("refuses now in a checkpoint, where it would mean another place each time", () => {
    const stored = { stream: null, offset: offset("now"), index: 0 };
    expect(() => startingPoint(stored)).toThrowError(expect.objectContaining({ _tag: "InvalidOffsetError" }));
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])("refuses the index %d", (index) => {
    expect(() => startingPoint({ stream: null, offset: offset("1"), index })).toThrow(RangeError);
  });
});

describe("a control event", () => {
  it("says where the reader stands, whatever else it says", () => {
    const data = '{"streamNextOffset":"9","streamCursor":"4","upToDate":true,"somethingNew":{"a":[1]}}';
    expect(readControlEvent(data)).toEqual({ offset: "9", cursor: "4", upToDate: true, closed: false });
  });

  it("needs neither a cursor nor a word on the tail when the stream is closed", () => {
    const mark = { offset: "9", cursor: undefined, upToDate: true, closed: true };
    expect(readControlEvent('{"streamNextOffset":"9","streamClosed":true}')).toEqual(mark);
  });

  it.each([
    "",
    "{",
    "null",
    "7",
    "[]",
    "{}",
    '{"streamNextOffset":7}',
    '{"streamNextOffset":""}',
    '{"streamNextOffset":"now"}',
  ])("is malformed when it is %j", (data) => {
    expect(() => readControlEvent(data)).toThrowError(expect.objectContaining({ _tag: "MalformedResponseError" }));
  });
});

describe("base64", () => {
  it("is read back, broken into lines anywhere", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), (bytes, at) => {
        const text = encodeBase64Data(bytes);
        const cut = at % (text.length + 1);
        expect(decodeBase64(`${text.slice(0, cut)}\r\n${text.slice(cut)}\n`)).toEqual(bytes);
      }),
    );
  });

  it.each(["QQ", "QQ=", "Q===", "Q*==", "====", "QUI"])("refuses %j", (data) => {
    expect(() => decodeBase64(data)).toThrowError(expect.objectContaining({ _tag: "MalformedResponseError" }));
  });
});

describe("WholeCharacters", () => {
  it("gives every byte back in order, cut between characters only", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.array(fc.nat()), (text, cuts) => {
        const well = text.toWellFormed();
        const bytes = new TextEncoder().encode(well);
        const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const characters = new WholeCharacters();
        const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
        const runs = at.slice(1).map((end, index) => decoder.decode(characters.push(bytes.subarray(at[index], end))));
        expect(runs.join("")).toBe(well);
        expect(characters.held).toBe(0);
      }),
    );
  });

  it("holds back three bytes at most, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const characters = new WholeCharacters();
        const whole = characters.push(bytes);
        expect(characters.held).toBeLessThan(4);
        expect([...whole, ...characters.flush()]).toEqual([...bytes]);
      }),
    );
  });
});
