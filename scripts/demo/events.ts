import { splitLines } from "./lines.ts";

/** One event of an event stream. */
export interface ServerSentEvent {
  /** What `event:` said: `data` or `control` here (PROTOCOL.md §5.8). */
  readonly type: string;
  /** The `data:` lines, joined by line feeds. */
  readonly data: string;
}

const decoder = new TextDecoder();

/**
 * Reads an event stream. An event that the end of the connection cut off is not yielded.
 *
 * @param body - The response body. Lines end with LF or CRLF, as the server writes them.
 * @yields Events in order; comments and other fields are skipped.
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent, void> {
  let type = "message";
  let data: string[] = [];
  for await (const bytes of splitLines(body)) {
    const line = decoder.decode(bytes).replace(/\r?\n$/, "");
    if (line === "") {
      if (data.length > 0) {
        yield { type, data: data.join("\n") };
      }
      type = "message";
      data = [];
    } else if (line.startsWith("event:")) {
      type = afterColon(line);
    } else if (line.startsWith("data:")) {
      data.push(afterColon(line));
    }
  }
}

/** One space after the colon belongs to the syntax, a second one to the value. */
function afterColon(line: string): string {
  const value = line.slice(line.indexOf(":") + 1);
  return value.startsWith(" ") ? value.slice(1) : value;
}
