import { DurableStream } from "durable-cf-streams/client";
import type { Log } from "../log.ts";
import type { Format } from "./format.ts";

/**
 * A stream of text has no messages of its own, so the log shows its lines, whatever pieces they come in.
 *
 * @param contentType The stream's, `text/plain` for example.
 */
export function textFormat(contentType: string): Format<string, string> {
  return {
    unit: ["line", "lines"],
    placeholder: "A line of text",
    sample: "hello",
    connect: ({ url, fetch }) => new DurableStream<string>({ url, fetch, contentType }),
    show: showLines,
    compose: (typed) => ({ message: `${typed}\n`, hint: "Goes with a line end behind it." }),
  };
}

function showLines(piece: string, log: Log): void {
  const [first = "", ...more] = piece.split("\n");
  log.extend(first);
  for (const line of more) {
    log.end();
    log.extend(line);
  }
}
