import { createParser, type EventSourceMessage } from "eventsource-parser";
import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import type { Framing } from "../codec/index.ts";
import type { Attempt } from "./attempt.ts";
import { decodeBase64 } from "./base64.ts";
import { readControlEvent } from "./control-event.ts";
import { JsonArrayParser } from "./json-array-parser.ts";
import type { Step } from "./steps.ts";

/**
 * Turns events into steps: `data` with the `control` event behind it, if that has arrived.
 */
class EventSteps {
  readonly #framing: Framing;
  /** Data whose control event is still to come. */
  #data: Step | undefined;
  #text = "";

  constructor(framing: Framing) {
    this.#framing = framing;
  }

  /** Takes the events of one piece. */
  *take(events: readonly EventSourceMessage[]): Generator<Step, void, undefined> {
    for (const { event, data } of events) {
      if (event === "data") yield* this.#takeData(data);
      else if (event === "control") yield this.#withMark(data);
    }
    // Messages and bytes need not wait for their control event: the index counts them, and a reader that comes back
    // skips them. Text must, for its line ends are not the stream's and so its bytes cannot be counted.
    yield* this.#flush();
  }

  *#takeData(data: string): Generator<Step, void, undefined> {
    yield* this.#flush();
    if (this.#framing === "text") this.#text += data;
    else this.#data = this.#framing === "json" ? { messages: messagesOf(data) } : { bytes: decodeBase64(data) };
  }

  #withMark(data: string): Step {
    const step: Step = { ...this.#data, ...(this.#text !== "" && { text: this.#text }), mark: readControlEvent(data) };
    this.#data = undefined;
    this.#text = "";
    return step;
  }

  *#flush(): Generator<Step, void, undefined> {
    if (this.#data !== undefined) yield this.#data;
    this.#data = undefined;
  }
}

function messagesOf(data: string): string[] {
  const parser = new JsonArrayParser();
  const messages = parser.push(data);
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
  const steps = new EventSteps(framing);
  for await (const piece of attempt.pieces(body)) {
    try {
      parser.feed(decoder.decode(piece, { stream: true }));
    } catch (cause) {
      throw new MalformedResponseError({ cause, detail: "The event stream is not UTF-8" });
    }
    for (const step of steps.take(events.splice(0))) {
      yield step;
      if (step.mark?.closed) return;
    }
  }
}
