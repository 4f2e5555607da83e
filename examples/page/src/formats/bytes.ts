import { DurableStream } from "durable-cf-streams/client";
import type { Log } from "../log.ts";
import type { Format } from "./format.ts";

const ROW = 16;

/**
 * Everything that is neither JSON nor text, as rows of 16 bytes, whatever pieces they come in.
 *
 * @param contentType The stream's.
 */
export function bytesFormat(contentType: string): Format<Uint8Array, Uint8Array> {
  return {
    unit: ["row of 16 bytes", "rows of 16 bytes"],
    placeholder: "Goes as UTF-8",
    sample: "hello",
    connect: ({ url, fetch }) => new DurableStream<Uint8Array>({ url, fetch, contentType }),
    show: showRows,
    compose: (typed) => {
      const message = new TextEncoder().encode(typed);
      return { message, hint: `Goes as ${message.length} bytes of UTF-8.` };
    },
  };
}

function showRows(bytes: Uint8Array, log: Log): void {
  for (let at = 0; at < bytes.length; ) {
    // Each byte is two digits and a space, but for the last one's.
    const inRow = log.open === undefined ? 0 : (log.open.text.length + 1) / 3;
    const piece = bytes.subarray(at, at + ROW - inRow);
    const digits = Array.from(piece, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    log.extend(inRow === 0 ? digits : ` ${digits}`);
    if (inRow + piece.length === ROW) log.end();
    at += piece.length;
  }
}
