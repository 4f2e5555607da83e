import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonArrayParser } from "../../../src/client/reader/json-array-parser.ts";

function parse(...texts: string[]): string[] {
  const parser = new JsonArrayParser();
  const messages: string[] = [];
  for (const text of texts) parser.push(text, messages);
  parser.end();
  return messages;
}

/** The messages that one text completes. */
function push(parser: JsonArrayParser, text: string): string[] {
  const messages: string[] = [];
  parser.push(text, messages);
  return messages;
}

describe("JsonArrayParser", () => {
  it("finds the messages of any array, cut anywhere", () => {
    const separator = fc.constantFrom("", " ", "\n", "\r\n\t ");
    fc.assert(
      fc.property(fc.array(fc.json()), separator, fc.array(fc.nat()), (messages, blank, cuts) => {
        const text = `${blank}[${blank}${messages.join(`${blank},${blank}`)}${blank}]${blank}`;
        const at = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end));
        expect(parse(...pieces)).toEqual(messages.map((message) => message.trim()));
      }),
    );
  });

  it("returns a message as soon as the separator behind it is there", () => {
    const parser = new JsonArrayParser();
    expect(push(parser, "[1")).toEqual([]);
    expect(push(parser, "2,")).toEqual(["12"]);
    expect(push(parser, '"]')).toEqual([]);
    expect(parser.isClosed).toBe(false);
    expect(push(parser, '"]')).toEqual(['"]"']);
    expect(parser.isClosed).toBe(true);
  });

  it("keeps an escape that is cut in half", () => {
    expect(parse('["\\', "", '"', ']"]')).toEqual(['"\\"]"']);
  });

  it("takes an empty array, blanks and all", () => {
    expect(parse("[", " \n", "]")).toEqual([]);
  });

  it.each([
    ["what is no array", '{"a":1}', "0"],
    ["a page of HTML", "<!doctype html>", "0"],
    ["a separator without a message", "[1,,2]", "3"],
    ["a separator at the end", "[1,]", "3"],
    ["a separator at the start", "[,1]", "1"],
    ["a brace too many", "[1}", "2"],
    ["something behind the end", "[1] x", "4"],
    ["a second array", "[1][2]", "3"],
    ["an array that ends too early", "[1,[2]", "6"],
    ["nothing at all", "", "0"],
  ])("refuses %s, naming the character", (_, text, position) => {
    let error: unknown;
    try {
      parse(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ _tag: "MalformedResponseError", message: expect.stringMatching(/character \d+$/) });
    expect(String(error)).toMatch(new RegExp(`character ${position}$`));
  });

  it("counts characters over all pieces", () => {
    const parser = new JsonArrayParser();
    push(parser, "[1,");
    push(parser, "2,");
    expect(() => push(parser, ",")).toThrow("character 5");
  });

  it("gives the messages before the point where the text stops being an array", () => {
    const parser = new JsonArrayParser();
    const messages: string[] = [];
    expect(() => parser.push("[1,2}3]", messages)).toThrow("at character 4");
    expect(messages).toEqual(["1"]);
  });

  it("parses 300,000 messages given at once", () => {
    const text = `[${Array.from({ length: 300_000 }, (_, i) => `{"i":${i},"text":"[{\\"}]"}`).join(",")}]`;
    expect(parse(text)).toHaveLength(300_000);
  });

  it("takes a message of 20,000 pieces", () => {
    const parser = new JsonArrayParser();
    push(parser, '["');
    for (let piece = 0; piece < 20_000; piece++) push(parser, "x".repeat(1_000));
    expect(push(parser, '"]')[0]).toHaveLength(20_000_002);
  });
});
