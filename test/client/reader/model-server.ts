import type { Fetch } from "../../../src/client/transport/index.ts";
import { inPieces } from "./scripted.ts";

/** A log as a server of another make could keep it, and how it is to fail. */
export interface Model {
  readonly contentType: string;
  /** JSON: messages as they are on the wire. */
  readonly messages?: readonly string[];
  /** Otherwise: all bytes. */
  readonly bytes?: Uint8Array;
  /** Positions at which pages and events end, before the cut and after it. */
  readonly boundaries: readonly [readonly number[], readonly number[]];
  /** Whether a catch-up at the start finds nothing yet, so that everything comes live. */
  readonly allIsLive: boolean;
}

/** Where, counted over the bodies of all answers, the connection is cut, and how that looks to the client. */
export interface Cut {
  readonly at: number;
  readonly looksLike: "error" | "end";
}

const encoder = new TextEncoder();

/** Serves a closed log in pages or events with boundaries of its own, and cuts the connection once. */
export class ModelServer {
  /** Bytes of all bodies so far. */
  sent = 0;
  /** Whether the cut has happened. */
  isCut = false;
  readonly #model: Model;
  readonly #cut: Cut | undefined;

  constructor(model: Model, cut?: Cut) {
    this.#model = model;
    this.#cut = cut;
  }

  readonly fetch: Fetch = async (request) => {
    const { searchParams } = new URL(request.url);
    const offset = searchParams.get("offset") ?? "-1";
    const live = searchParams.get("live");
    const from = offset === "-1" ? 0 : Number(offset.slice(1));
    if (live === "sse")
      return this.#answer(this.#events(from), { "Content-Type": "text/event-stream", ...this.#encoding });
    if (live === null && from === 0 && this.#model.allIsLive && !this.isCut) return this.#page(0, 0);
    return this.#page(from, this.#next(from));
  };

  get #end(): number {
    return this.#model.messages?.length ?? this.#model.bytes?.length ?? 0;
  }

  get #encoding(): Record<string, string> {
    const isText = this.#model.messages !== undefined || this.#model.contentType.startsWith("text/");
    return isText ? {} : { "Stream-SSE-Data-Encoding": "base64" };
  }

  #next(from: number): number {
    return this.#model.boundaries[this.isCut ? 1 : 0].find((boundary) => boundary > from) ?? this.#end;
  }

  #page(from: number, to: number): Response {
    const { messages, bytes, contentType } = this.#model;
    const body = messages ? encoder.encode(`[${messages.slice(from, to).join(",")}]`) : bytes?.slice(from, to);
    return this.#answer(body ?? new Uint8Array(0), {
      "Content-Type": contentType,
      "Content-Length": String(body?.length ?? 0),
      "Stream-Next-Offset": `o${to}`,
      "Stream-Cursor": "7",
      ...((to === this.#end || from === to) && { "Stream-Up-To-Date": "true" }),
      ...(to === this.#end && { "Stream-Closed": "true" }),
    });
  }

  #events(from: number): Uint8Array<ArrayBuffer> {
    const { messages, bytes, contentType } = this.#model;
    let events = ": hello\n\n";
    for (let at = from; at < this.#end; at = this.#next(at)) {
      const next = this.#next(at);
      const run = bytes?.slice(at, next) ?? new Uint8Array(0);
      const text = contentType.startsWith("text/") ? new TextDecoder().decode(run) : btoa(String.fromCharCode(...run));
      const data = messages ? `[${messages.slice(at, next).join(",\n")}]` : text;
      events += "event: data\r\n";
      for (const line of data.split("\n")) events += `data: ${line}\r\n`;
      const isEnd = next === this.#end;
      const control = { streamNextOffset: `o${next}`, ...(isEnd ? { streamClosed: true } : { streamCursor: "7" }) };
      events += `\r\nevent: control\ndata: ${JSON.stringify(control)}\n\n`;
    }
    return encoder.encode(events);
  }

  #answer(body: Uint8Array<ArrayBuffer>, headers: Record<string, string>): Response {
    const at = (this.#cut?.at ?? Number.POSITIVE_INFINITY) - this.sent;
    this.sent += body.length;
    if (this.isCut || at >= body.length) return new Response(inPieces(body), { headers });
    this.isCut = true;
    const head = body.subarray(0, at);
    return new Response(this.#cut?.looksLike === "end" ? inPieces(head) : inPieces(head, new Error("cut")), {
      headers,
    });
  }
}
