import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { EventStreamParser, type SseEvent } from "../support/sse.ts";
import { readWhole } from "./http.ts";

/** What of an answer both servers must agree on, brought into one form. */
export interface Seen {
  readonly status: number;
  /** Headers, and of events what they say besides data. Tokens of the server's own are there (`"*"`) or not. */
  readonly fields: Readonly<Record<string, string>>;
  /** The offset that the answer ends at. */
  readonly offset: string | undefined;
  /** The entity tag. */
  readonly etag: string | undefined;
  /** Bytes as Latin-1; of events, what their data comes to. Empty for a refusal: those are worded as one likes (§5.2). */
  readonly body: string;
}

/** Compared as they are. */
const PLAIN = [
  "cache-control",
  "content-type",
  "cross-origin-resource-policy",
  "location",
  "producer-epoch",
  "producer-expected-seq",
  "producer-received-seq",
  "producer-seq",
  "stream-closed",
  "stream-expires-at",
  "stream-sse-data-encoding",
  "stream-ttl",
  "stream-up-to-date",
  "x-content-type-options",
];
/** Compared by whether they are there. */
const OPAQUE = ["etag", "stream-cursor", "stream-next-offset"];

/** Of a refusal they say how it is worded and kept, which is everybody's own affair. */
const OF_PROBLEMS = ["cache-control", "content-type"];

function fieldsOf(headers: IncomingHttpHeaders, base: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const name of PLAIN) {
    const value = headers[name];
    if (value !== undefined) fields[name] = String(value).replace(base, "");
  }
  for (const name of OPAQUE) if (headers[name] !== undefined) fields[name] = "*";
  return fields;
}

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/**
 * Reads an answer that ends.
 *
 * @param base What is left out of `Location`: origin and folder of the program.
 */
export async function seenWhole(incoming: IncomingMessage, base: string): Promise<Seen> {
  const { status, headers, body } = await readWhole(incoming);
  const fields = fieldsOf(headers, base);
  if (status >= 400) for (const name of OF_PROBLEMS) delete fields[name];
  return {
    status,
    fields,
    offset: one(headers["stream-next-offset"]),
    etag: one(headers.etag),
    body: status >= 400 ? "" : body.toString("latin1"),
  };
}

/** A live reader of events. */
export class EventReading {
  readonly #incoming: IncomingMessage;
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #parser = new EventStreamParser();
  readonly #decoder = new TextDecoder();
  readonly #ready: SseEvent[] = [];
  readonly #fields: Record<string, string>;

  /** @param incoming An answer whose body is events. */
  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
    this.#pieces = incoming[Symbol.asyncIterator]();
    this.#fields = fieldsOf(incoming.headers, "");
  }

  /**
   * Reads on until a control event says what is waited for, or the server ends the connection.
   *
   * @param isEnough Asked about each control event.
   * @returns All data since the last time, and what the last control event said.
   */
  async until(isEnough: (control: Readonly<Record<string, unknown>>) => boolean): Promise<Seen> {
    const data: string[] = [];
    let control: Readonly<Record<string, unknown>> = {};
    for (let event = await this.#next(); event !== undefined; event = await this.#next()) {
      if (event.type === "data") data.push(event.data);
      if (event.type !== "control") continue;
      control = Object(JSON.parse(event.data));
      if (isEnough(control)) break;
    }
    return this.#seen(data, control);
  }

  /** Leaves. */
  close(): void {
    this.#incoming.destroy();
  }

  #seen(data: readonly string[], control: Readonly<Record<string, unknown>>): Seen {
    const { streamNextOffset, streamCursor, upToDate, streamClosed } = control;
    const fields = { ...this.#fields };
    // Closed means up to date (§5.8): saying both is optional.
    if (streamClosed === true) fields.streamClosed = "true";
    else if (upToDate === true) fields.upToDate = "true";
    if (streamCursor !== undefined) fields.streamCursor = "*";
    const isBase64 = fields["stream-sse-data-encoding"] === "base64";
    const isJson = !isBase64 && data.some((text) => text.startsWith("["));
    const joined = isJson ? joinedArrays(data) : data.map((text) => (isBase64 ? fromBase64(text) : text)).join("");
    const offset = typeof streamNextOffset === "string" ? streamNextOffset : undefined;
    return { status: this.#incoming.statusCode ?? 0, fields, offset, etag: undefined, body: joined };
  }

  async #next(): Promise<SseEvent | undefined> {
    while (this.#ready.length === 0) {
      const piece = await this.#pieces.next();
      if (piece.done) return undefined;
      this.#ready.push(...this.#parser.push(this.#decoder.decode(piece.value, { stream: true })));
    }
    return this.#ready.shift();
  }
}

const fromBase64 = (text: string): string => Buffer.from(text.replaceAll("\n", ""), "base64").toString("latin1");

/** A batch of events may be one array, or as many as it likes. */
const joinedArrays = (data: readonly string[]): string => `[${data.map((text) => text.slice(1, -1)).join(",")}]`;
