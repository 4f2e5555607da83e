import { MalformedResponseError, TransportError } from "../../shared/errors/client-errors.ts";
import type { Framing } from "../codec/index.ts";
import type { Attempt } from "./attempt.ts";
import { JsonArrayParser } from "./json-array-parser.ts";
import type { Mark, Step } from "./steps.ts";
import { decodeNext } from "./strict-text.ts";

/** How long the body is, where the headers can be trusted to say so. */
function lengthOf({ headers, type }: Response): number {
  // The length counts bytes before decompression, and a browser hides the encoding of another origin's answer. There the
  // platform itself compares.
  return headers.has("Content-Encoding") || type === "cors" ? 0 : Number(headers.get("Content-Length"));
}

/** The body ended properly and is not whole: a failure of the way, unless it is the same each time. */
function cutShort(cause: unknown): TransportError {
  return new TransportError({ cause, detail: "The answer was cut short" });
}

/**
 * Reads the body of a catch-up or a long-poll answer while it arrives, in constant memory.
 *
 * @param response An answer with 200.
 * @param mark Where it ends.
 * @param framing How its body is cut into messages.
 * @param requested Where it starts.
 * @throws TransportError when the body breaks off, or ends before its end (then a MalformedResponseError is the cause).
 * @throws MalformedResponseError when it is not JSON that should be.
 */
export async function* pageSteps(
  response: Response,
  mark: Mark,
  framing: Framing,
  requested: string,
  attempt: Attempt,
): AsyncGenerator<Step, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const parser = new JsonArrayParser();
  let missing = lengthOf(response);
  let marked = false;
  for await (const bytes of response.body ? attempt.pieces(response.body) : []) {
    missing -= bytes.length;
    if (framing !== "json") {
      yield { data: bytes };
      continue;
    }
    const data: string[] = [];
    try {
      parser.push(decodeNext(decoder, bytes), data);
    } finally {
      // What is wrong behind a message does not make the message wrong. With its last one a page is complete, whatever
      // becomes of the connection then.
      yield { data, mark: parser.isClosed && !marked ? mark : undefined };
      marked = parser.isClosed;
    }
  }
  if (missing > 0) throw cutShort(new MalformedResponseError({ detail: `The body is ${missing} bytes short` }));
  try {
    // At the tail, a body of no bytes is as good as an empty array; where something must have come it is not.
    if (framing === "json" && (parser.isOpened || mark.offset !== requested)) parser.end();
  } catch (error) {
    throw cutShort(error);
  }
  if (!marked) yield { mark };
}
