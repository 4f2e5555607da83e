import { DurableStream } from "../../../src/client/index.ts";
import { bodyOf, transcript } from "./messages.ts";
import { PATIENT } from "./produce.ts";
import type { Schedule } from "./schedule.ts";

/** The stream's own server, and the way to it that faults happen on. */
export interface Origins {
  /** Where the server is now, with no proxy before it. */
  readonly server: () => string;
  /** Where the proxy is. */
  readonly proxy: string;
}

/** One stream and what those who work on it share. */
export class Stage {
  readonly schedule: Schedule;
  /** Fires when the schedule should long be over. */
  readonly deadline: AbortSignal;
  /** Resolves when a producer is done or the stream is closed; then there is another one. */
  changed: Promise<void>;
  readonly #origins: Origins;
  readonly #path: string;
  readonly #onAcknowledged: () => void;
  #change: () => void = () => {};

  /**
   * @param origins - Where the servers are.
   * @param path - Of the stream.
   * @param schedule - What is to happen.
   * @param deadline - When to give up.
   * @param onAcknowledged - Called for each message that a producer knows to be stored.
   */
  constructor(origins: Origins, path: string, schedule: Schedule, deadline: AbortSignal, onAcknowledged: () => void) {
    this.#origins = origins;
    this.#path = path;
    this.schedule = schedule;
    this.deadline = deadline;
    this.#onAcknowledged = onAcknowledged;
    this.changed = this.#nextChange();
  }

  /** A handle of its own on the stream, behind the proxy. */
  handle(): DurableStream {
    const { contentType } = this.schedule;
    const url = `${this.#origins.proxy}${this.#path}`;
    return new DurableStream<unknown>({ url, contentType, retry: PATIENT, signal: this.deadline });
  }

  /** Says that a message is known to be stored. */
  acknowledged(): void {
    this.#onAcknowledged();
  }

  /** Says that a catch-up reader may find more now. */
  change(): void {
    this.#change();
    this.changed = this.#nextChange();
  }

  /** Lets a stranger write one message under a producer's id, in a later epoch. */
  async takeOver(id: string): Promise<void> {
    const { contentType } = this.schedule;
    const headers = {
      "Content-Type": contentType,
      "Producer-Id": id,
      "Producer-Epoch": "1000",
      "Producer-Seq": "0",
    };
    const body = bodyOf(contentType, { name: "stranger", n: 0 });
    const { status } = await fetch(`${this.#origins.server()}${this.#path}`, { method: "POST", headers, body });
    if (status !== 200) throw new Error(`The stranger was answered ${status}`);
  }

  /** The transcript of everything in the stream, read page by page without the client. */
  async stored(): Promise<string> {
    const { contentType } = this.schedule;
    const isJson = contentType === "application/json";
    const messages: unknown[] = [];
    let offset = "-1";
    for (;;) {
      const page = await this.#page(offset);
      if (page.status !== 200) throw new Error(`The page at ${offset} was answered ${page.status}`);
      messages.push(...(isJson ? await page.json() : [new Uint8Array(await page.arrayBuffer())]));
      // A page of text may end in the middle of a character, so it is bytes until all of it is here.
      if (page.headers.get("Stream-Up-To-Date") === "true") {
        return transcript(isJson ? contentType : "application/octet-stream", messages);
      }
      offset = page.headers.get("Stream-Next-Offset") ?? "";
    }
  }

  /** One page, once there is a server: another schedule may just have killed it. */
  async #page(offset: string): Promise<Response> {
    for (;;) {
      this.deadline.throwIfAborted();
      try {
        const page = await fetch(`${this.#origins.server()}${this.#path}?offset=${offset}`);
        return new Response(await page.arrayBuffer(), page);
      } catch {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  #nextChange(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#change = resolve;
    return promise;
  }
}
