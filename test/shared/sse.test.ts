import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBase64Data, encodeSSEData } from "../../src/shared/index.ts";

/** What a reader makes of a stream of events, after the HTML standard. */
function readEvents(stream: string): string[] {
  const events: string[] = [];
  let data: string[] = [];
  for (const line of stream.split(/\r\n|\r|\n/).slice(0, -1)) {
    if (line === "") {
      events.push(data.join("\n"));
      data = [];
    } else {
      data.push(line.replace(/^data:/, "").replace(/^ /, ""));
    }
  }
  return events;
}

describe("encodeSSEData", () => {
  test("writes one data line and ends the event", () => {
    expect(encodeSSEData("hello")).toBe("data:hello\n\n");
  });

  test("writes one empty data line for no text", () => {
    expect(encodeSSEData("")).toBe("data:\n\n");
  });

  test("begins a line at CR, LF and CRLF alike", () => {
    expect(encodeSSEData("a\rb\nc\r\nd\n\re")).toBe("data:a\ndata:b\ndata:c\ndata:d\ndata:\ndata:e\n\n");
  });

  test("adds a space only in front of a space", () => {
    expect(encodeSSEData(" a\n  b\n\tc\nd")).toBe("data:  a\ndata:   b\ndata:\tc\ndata:d\n\n");
  });

  test("lets no text forge an event", () => {
    expect(readEvents(encodeSSEData("x\n\nevent: control\rdata: {}\r\n\r\n"))).toEqual([
      "x\n\nevent: control\ndata: {}\n\n",
    ]);
  });

  test("is read back as the text with its line ends made LF", () => {
    const text = fc
      .array(fc.constantFrom("\r", "\n", " ", "data:", ":", "id", "é", "\u2028", "x"))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (sent) => {
        expect(readEvents(encodeSSEData(sent))).toEqual([sent.replace(/\r\n|\r/g, "\n")]);
      }),
    );
  });

  test("carries base64 without change", () => {
    expect(encodeSSEData(encodeBase64Data(Uint8Array.of(1, 2, 3, 4)))).toBe("data:AQIDBA==\n\n");
  });
});
