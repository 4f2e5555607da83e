import fc from "fast-check";
import { expect, test } from "vitest";
import { splitLines } from "../../scripts/demo/lines.ts";
import { decodeMessage, encodeMessage } from "../../scripts/demo/message.ts";

async function linesOf(chunks: readonly Uint8Array[], maxBytes?: number): Promise<Uint8Array[]> {
  const lines: Uint8Array[] = [];
  for await (const line of splitLines(readChunks(chunks), maxBytes)) lines.push(line);
  return lines;
}

async function* readChunks(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** Chunks with many line ends in them. */
const chunks = fc.array(fc.array(fc.constantFrom(0x0a, 0x0d, 0x61, 0xff)).map((bytes) => Uint8Array.from(bytes)));

test("lines put together are the input, whatever pieces it came in", async () => {
  await fc.assert(
    fc.asyncProperty(chunks, fc.integer({ min: 1, max: 5 }), async (input, maxBytes) => {
      const lines = await linesOf(input, maxBytes);
      expect(Buffer.concat(lines)).toEqual(Buffer.concat(input));
      expect(lines.every(({ length }) => length > 0 && length <= maxBytes)).toBe(true);
    }),
  );
});

test("lines are the same in whatever pieces the input came", async () => {
  await fc.assert(
    fc.asyncProperty(chunks, async (input) => {
      const whole = Buffer.concat(input).toString("latin1");
      const lines = (await linesOf(input)).map((line) => Buffer.from(line).toString("latin1"));
      expect(lines).toEqual(whole.match(/[^\n]*\n|[^\n]+$/g) ?? []);
    }),
  );
});

test("a message is the line that it was, for any bytes", () => {
  const lines = fc.oneof(
    fc.uint8Array(),
    fc.string({ unit: "binary" }).map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(
    fc.property(lines, (line) => {
      expect(Buffer.from(decodeMessage(JSON.parse(JSON.stringify(encodeMessage(line)))))).toEqual(Buffer.from(line));
    }),
  );
});

test("a message of valid UTF-8 is a string, and of anything else says that it is base64", () => {
  expect(encodeMessage(Buffer.from("\ufeffcafé\r\n"))).toBe("\ufeffcafé\r\n");
  expect(encodeMessage(Buffer.from([0xed, 0xa0, 0x80]))).toEqual({ base64: "7aCA" });
});

test("a message of someone else is refused", () => {
  expect(() => decodeMessage({ base64: 1 })).toThrow("did not write");
});
