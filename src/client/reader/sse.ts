import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Framing } from "../codec/index.ts";
import type { Attempt } from "./attempt.ts";
import { decodeBase64 } from "./base64.ts";
import { readControlEvent } from "./control-event.ts";
import { JsonArrayParser } from "./json-array-parser.ts";
import type { Step } from "./steps.ts";
import { decodeNext } from "./strict-text.ts";

/** What a `data` event carries; text behind what waits already. */
function dataOf(framing: Framing, data: string, waiting: Step["data"]): Step["data"] {
  if (framing === "text") return typeof waiting === "string" ? waiting + data : data;
  if (framing === "bytes") return decodeBase64(data);
  const parser = new JsonArrayParser();
  const messages: string[] = [];
  parser.push(data, messages);
  parser.end();
  return messages;
}

/**
 * Reads an event stream (PROTOCOL.md §5.8) until it ends, or says that the stream is closed. Event types that the
 * protocol does not know yet are ignored; an event cut in half is none. Comments are a sign of life like any other bytes.
 *
 * @param body Of an answer that is an event stream.
 * @param framing What the events carry.
 * @throws TransportError when the connection breaks off or stays silent.
 * @throws MalformedResponseError when an event is not what the protocol says.
 */
export async function* sseSteps(
  body: ReadableStream<Uint8Array>,
  framing: Framing,
  attempt: Attempt,
): AsyncGenerator<Step, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: framing === "json" });
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  // Messages and bytes need not wait for their control event: the index counts them, and a reader that comes back skips
  // them. Text must, for its line ends are not the stream's and so its bytes cannot be counted.
  const mayWait = framing === "text";
  let waiting: Step["data"];
  for await (const piece of attempt.pieces(body)) {
    parser.feed(decodeNext(decoder, piece));
    for (const { event, data } of events.splice(0)) {
      if (event === "control") {
        const mark = readControlEvent(data);
        yield { data: waiting, mark };
        waiting = undefined;
        if (mark.closed) return;
      } else if (event === "data") {
        if (!mayWait) yield { data: waiting };
        waiting = dataOf(framing, data, waiting);
      }
    }
    if (mayWait) continue;
    yield { data: waiting };
    waiting = undefined;
  }
}
