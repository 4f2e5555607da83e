import type { Fetch } from "durable-cf-streams/client";

const CURSOR_IN_EVENT = /"streamCursor":"([^"]*)"/g;

/**
 * Makes the page's requests, and looks at what travels: the cursor, which the client keeps to itself because nobody but
 * a cache in between has a use for it. Can be unplugged, to see what the page does without a network.
 */
export class Wire {
  /** The last cursor that the server gave (§10.1 of the protocol). */
  cursor: string | undefined;
  readonly #onChange: () => void;
  #plug = new AbortController();

  /** @param onChange Called when the cursor is another one, or the plug is pulled or put back. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Whether requests go through. */
  get isPlugged(): boolean {
    return !this.#plug.signal.aborted;
  }

  /** Cuts every connection and refuses new ones. */
  unplug(): void {
    this.#plug.abort(new TypeError("Unplugged"));
    this.#onChange();
  }

  /** Lets requests through again, and tells the page so as a browser does. */
  plug(): void {
    this.#plug = new AbortController();
    this.#onChange();
    dispatchEvent(new Event("online"));
  }

  /** The platform's `fetch`, through the plug. */
  readonly fetch: Fetch = async (request, init) => {
    const { signal } = this.#plug;
    signal.throwIfAborted();
    const all = AbortSignal.any([signal, request.signal, ...(init?.signal ? [init.signal] : [])]);
    const response = await fetch(request, { ...init, signal: all });
    const cursor = response.headers.get("Stream-Cursor");
    if (cursor !== null) this.#see(cursor);
    const isEvents = response.headers.get("Content-Type")?.startsWith("text/event-stream") ?? false;
    return isEvents && response.body !== null ? this.#watch(response, response.body) : response;
  };

  /** Passes events on as they are. One that is cut in two goes unseen: the next one tells as well. */
  #watch(response: Response, body: ReadableStream<Uint8Array<ArrayBuffer>>): Response {
    const decoder = new TextDecoder();
    const look = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (bytes, controller) => {
        controller.enqueue(bytes);
        for (const [, cursor] of decoder.decode(bytes).matchAll(CURSOR_IN_EVENT)) this.#see(cursor);
      },
    });
    return new Response(body.pipeThrough(look), response);
  }

  #see(cursor: string | undefined): void {
    if (cursor === this.cursor) return;
    this.cursor = cursor;
    this.#onChange();
  }
}
