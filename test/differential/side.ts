import type { IncomingMessage } from "node:http";
import { send } from "./http.ts";
import type { Ask, OffsetChoice, StreamName } from "./program.ts";
import { EventReading, type Seen, seenWhole } from "./seen.ts";

/** The tokens that one server has named for the streams of a program, in the order of the answers. */
export class Tokens {
  readonly #offsets = new Map<StreamName, readonly string[]>();
  readonly #etags = new Map<StreamName, string>();

  /** All offsets that were named for a stream, its predecessors at the path included. */
  of(stream: StreamName): readonly string[] {
    return this.#offsets.get(stream) ?? [];
  }

  /** Takes note of an offset. */
  learn(stream: StreamName, offset: string): void {
    this.#offsets.set(stream, [...this.of(stream), offset]);
  }

  /** The stream is another one from now on; what it shares with a source is known. */
  restart(stream: StreamName, shared: readonly string[] = []): void {
    this.#offsets.set(stream, shared);
  }

  /** Takes note of an entity tag. */
  tag(stream: StreamName, etag: string): void {
    this.#etags.set(stream, etag);
  }

  /** The last entity tag of a stream. */
  etag(stream: StreamName): string | undefined {
    return this.#etags.get(stream);
  }

  /** The token that a choice means here; where none is known yet, the start. */
  resolve(stream: StreamName, choice: OffsetChoice): string {
    if ("text" in choice) return choice.text;
    const known = this.of(stream);
    return known[choice.learned % known.length] ?? "-1";
  }
}

/** One of the two servers, as one program sees it. */
export class Side {
  /** What it has named so far. */
  readonly tokens = new Tokens();
  readonly #origin: string;
  readonly #folder: string;

  /**
   * @param origin Scheme, host and port.
   * @param folder Where the program's streams live, unlike any other's: a path that ends with a slash.
   */
  constructor(origin: string, folder: string) {
    this.#origin = origin;
    this.#folder = folder;
  }

  /** Makes a request, and reads what it is answered; of events, up to the tail. */
  async ask(ask: Ask): Promise<Seen> {
    const incoming = await this.#send(ask);
    if (!isEvents(incoming)) return seenWhole(incoming, this.#origin + this.#folder);
    const events = new EventReading(incoming);
    try {
      return await events.until(isAtTail);
    } finally {
      events.close();
    }
  }

  /** Opens a reader of events at the tail, or says what it got instead. */
  async follow(ask: Ask): Promise<{ readonly events: EventReading | undefined; readonly first: Seen }> {
    const incoming = await this.#send(ask);
    if (!isEvents(incoming)) return { events: undefined, first: await seenWhole(incoming, this.#origin) };
    const events = new EventReading(incoming);
    return { events, first: await events.until(isAtTail) };
  }

  #send(ask: Ask): Promise<IncomingMessage> {
    const { method, stream, body, offset, live, cursor, source, forkOffset, conditional } = ask;
    const url = new URL(this.#folder + stream, this.#origin);
    if (offset !== undefined) url.searchParams.set("offset", this.tokens.resolve(stream, offset));
    if (live !== undefined) url.searchParams.set("live", live);
    if (cursor !== undefined) url.searchParams.set("cursor", cursor);
    const headers: Record<string, string> = { ...ask.headers };
    if (source !== undefined) headers["Stream-Forked-From"] = this.#folder + source;
    const forkedAt = this.tokens.of(source ?? stream).length > 0 ? forkOffset : undefined;
    // A sub-offset without an offset is another matter.
    if (forkedAt === undefined && forkOffset !== undefined) delete headers["Stream-Fork-Sub-Offset"];
    if (forkedAt !== undefined) headers["Stream-Fork-Offset"] = this.tokens.resolve(source ?? stream, forkedAt);
    const etag = conditional ? this.tokens.etag(stream) : undefined;
    if (etag !== undefined) headers["If-None-Match"] = etag;
    return send({ method, url, headers, body });
  }
}

const isEvents = ({ headers }: IncomingMessage): boolean => headers["content-type"] === "text/event-stream";

const isAtTail = ({ upToDate, streamClosed }: Readonly<Record<string, unknown>>): boolean =>
  upToDate === true || streamClosed === true;
