/** One thing that came over an event stream. */
export interface SseEvent {
  /** The event's type, `message` when it has none; `comment` for a comment line. */
  readonly type: string;
  /** The data lines joined with line feeds; for a comment, its text. */
  readonly data: string;
}

/** The state of the parser that the WHATWG's algorithm for event streams describes. */
export class EventStreamParser {
  readonly #events: SseEvent[] = [];
  #text = "";
  #type = "";
  #data: string[] = [];

  /** Takes more of the stream and returns what it completed. */
  push(text: string): SseEvent[] {
    this.#text += text;
    for (;;) {
      const end = /\r\n|\n|\r(?=[^\n])/.exec(this.#text);
      if (end === null) return this.#events.splice(0);
      const line = this.#text.slice(0, end.index);
      this.#text = this.#text.slice(end.index + end[0].length);
      this.#takeLine(line);
    }
  }

  /** What an incomplete last event left behind: must be empty when a server ended the stream properly. */
  get rest(): string {
    return this.#text + this.#type + this.#data.join("\n");
  }

  #takeLine(line: string): void {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "") this.#events.push({ type: "comment", data: value });
    else if (field === "event") this.#type = value;
    else if (field === "data") this.#data.push(value);
    else throw new Error(`Not a field this server sends: ${line}`);
  }

  #dispatch(): void {
    if (this.#data.length > 0) this.#events.push({ type: this.#type || "message", data: this.#data.join("\n") });
    this.#type = "";
    this.#data = [];
  }
}

/** Reads the events of a response one by one. */
export class SseReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #parser = new EventStreamParser();
  readonly #ready: SseEvent[] = [];

  /** @param response An answer with an event stream; throws for any other. */
  constructor(response: Response) {
    if (response.body === null || response.headers.get("content-type") !== "text/event-stream") {
      throw new Error(`Not an event stream but ${response.status}`);
    }
    this.#reader = response.body.getReader();
  }

  /** The next event or comment, or `undefined` when the server ended the stream. */
  async next(): Promise<SseEvent | undefined> {
    while (this.#ready.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) {
        if (this.#parser.rest !== "") throw new Error(`The stream ended inside an event: ${this.#parser.rest}`);
        return undefined;
      }
      this.#ready.push(...this.#parser.push(this.#decoder.decode(value, { stream: true })));
    }
    return this.#ready.shift();
  }

  /** The next `count` events or comments. */
  async take(count: number): Promise<SseEvent[]> {
    const events: SseEvent[] = [];
    while (events.length < count) {
      const event = await this.next();
      if (event === undefined) throw new Error(`The stream ended after ${events.length} of ${count} events`);
      events.push(event);
    }
    return events;
  }

  /** Everything up to the end that the server makes. */
  async rest(): Promise<SseEvent[]> {
    const events: SseEvent[] = [];
    for (let event = await this.next(); event !== undefined; event = await this.next()) events.push(event);
    return events;
  }

  /** Leaves. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }
}
