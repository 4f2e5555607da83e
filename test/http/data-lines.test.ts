import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataLinePieces, dataLines, needsDataLines } from "../../src/server/http/sse/data-lines.ts";
import { SseReader } from "../support/sse.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const text = fc.string({
  unit: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("\r", "\n", " ", ":", "data:", "event: control\n", "é", "😀") },
    fc.string(),
  ),
});

async function roundTrip(written: Uint8Array): Promise<string | undefined> {
  const event = `event: data\n${decode(written)}\n`;
  const reader = new SseReader(new Response(event, { headers: { "Content-Type": "text/event-stream" } }));
  const events = await reader.rest();
  expect(events.map(({ type }) => type)).toEqual(["data"]);
  return events[0]?.data;
}

describe("dataLines", () => {
  test.each([
    ["", "data:\n"],
    ["a", "data:a\n"],
    ["a\nb", "data:a\ndata:b\n"],
    ["a\r\nb\rc\n", "data:a\ndata:b\ndata:c\ndata:\n"],
    [" a", "data:  a\n"],
    ["a\n  b", "data:a\ndata:   b\n"],
    ["\r\n\r\n", "data:\ndata:\ndata:\n"],
  ])("%j is written as %j", (given, written) => {
    expect(decode(dataLines(encode(given)))).toBe(written);
  });

  test("any text comes back with its line ends made line feeds, and forges no event", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        expect(await roundTrip(dataLines(encode(given)))).toBe(given.replace(/\r\n?/g, "\n"));
      }),
    );
  });

  test("text that does not need it comes back as it is behind a plain field", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        fc.pre(!needsDataLines(encode(given)));
        expect(await roundTrip(encode(`data:${given}\n`))).toBe(given);
      }),
    );
  });
});

describe("dataLinePieces", () => {
  const PIECE = 64 * 1024;

  test.each([
    ["line feeds", "\n"],
    ["carriage returns", "\r"],
    ["both", "\r\n"],
    ["mixed line ends", "a\r\n\n\r"],
    ["spaces at line starts", " \n"],
    ["lines of 79 characters", `${"x".repeat(79)}\r\n`],
    ["one line", "x"],
  ])("joined are the lines of a large text of %s, wherever the pieces end", (_, unit) => {
    for (const shift of [0, 1, 2, 3]) {
      const given = encode("y".repeat(shift) + unit.repeat(Math.ceil((PIECE * 3) / unit.length)));
      expect(Buffer.concat([...dataLinePieces(given)]).equals(dataLines(given))).toBe(true);
    }
  });

  test("joined are the lines of no text", () => {
    expect([...dataLinePieces(encode(""))].map(decode)).toEqual(["data:\n"]);
  });
});
