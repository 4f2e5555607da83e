import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Ends every message of a {@link Crowd}'s stream, and is in nothing else that a server sends. */
export const MARK = "~";

const MARK_BYTE = MARK.charCodeAt(0);
const HEAD_END = "\r\n\r\n";
/** Connections opened at a time. */
const OPENED_AT_ONCE = 50;
const PATIENCE_MS = 120_000;

/** Readers of one event stream on bare sockets, so that counting what many of them get costs little. */
export class Crowd {
  readonly #readers: readonly Reader[];

  private constructor(readers: readonly Reader[]) {
    this.#readers = readers;
  }

  /**
   * Opens readers. Each is live when this resolves: its answer has begun.
   *
   * @param origin Scheme, host and port of the server.
   * @param target Path and query.
   * @param size How many.
   * @throws Error when one is not answered with 200.
   */
  static async open(origin: string, target: string, size: number): Promise<Crowd> {
    const readers: Reader[] = [];
    while (readers.length < size) {
      const count = Math.min(OPENED_AT_ONCE, size - readers.length);
      readers.push(...(await Promise.all(Array.from({ length: count }, () => Reader.open(origin, target)))));
    }
    return new Crowd(readers);
  }

  /**
   * Resolves when every reader has got so many messages since it was opened.
   *
   * @throws Error when one gets more, its connection ends, or two minutes go by.
   */
  async reached(messages: number): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.reached(messages)));
  }

  /** Cuts all connections. */
  close(): void {
    for (const reader of this.#readers) reader.close();
  }
}

class Reader {
  readonly #socket: Socket;
  #messages = 0;
  #ended = false;
  #waiting: { readonly messages: number; resolve(): void; reject(error: Error): void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#count(chunk)).on("close", () => this.#end());
  }

  static async open(origin: string, target: string): Promise<Reader> {
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    socket.write(`GET ${target} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: text/event-stream\r\n\r\n`);
    let head = "";
    while (!head.includes(HEAD_END)) {
      const [chunk]: unknown[] = await once(socket, "data");
      head += String(chunk);
    }
    if (!head.startsWith("HTTP/1.1 200 ")) throw new Error(`A live read was answered ${head.split("\r\n", 1)[0]}`);
    return new Reader(socket);
  }

  reached(messages: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => reject(new Error(`A reader got ${this.#messages} of ${messages} messages`)),
      PATIENCE_MS,
    );
    this.#waiting = { messages, resolve, reject };
    this.#judge();
    return promise.finally(() => clearTimeout(timer));
  }

  close(): void {
    // By a reset: of a quiet end a server learns only when it writes.
    this.#socket.resetAndDestroy();
  }

  #count(chunk: Buffer): void {
    for (let at = chunk.indexOf(MARK_BYTE); at !== -1; at = chunk.indexOf(MARK_BYTE, at + 1)) this.#messages += 1;
    this.#judge();
  }

  #end(): void {
    this.#ended = true;
    this.#judge();
  }

  #judge(): void {
    if (this.#waiting === undefined) return;
    const { messages, resolve, reject } = this.#waiting;
    if (this.#messages > messages) reject(new Error(`A reader got ${this.#messages} messages, ${messages} were sent`));
    else if (this.#messages === messages) resolve();
    else if (this.#ended) reject(new Error(`A reader was cut off after ${this.#messages} of ${messages} messages`));
    else return;
    this.#waiting = undefined;
  }
}
