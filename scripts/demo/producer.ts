import { randomUUID } from "node:crypto";
import type { Batch } from "./batches.ts";
import { accepted, type Retries } from "./retry.ts";

const MOST_IN_FLIGHT = 4;

/** One producer of one stream, in its first epoch (PROTOCOL.md §5.2.1). */
export class Producer {
  /** How many requests were under way at the same time, at most. */
  peakInFlight = 0;
  readonly #url: string;
  readonly #retries: Retries;
  readonly #id = `demo-${randomUUID()}`;
  #nextSeq = 0;
  #acknowledged: Promise<unknown> = Promise.resolve();

  /**
   * @param url - The stream's.
   * @param retries - Repeats requests that got no answer.
   */
  constructor(url: string, retries: Retries) {
    this.#url = url;
    this.#retries = retries;
  }

  /**
   * Sends batches, several at a time, so that the stream holds each of them once and in this order.
   *
   * @param batches - Read only as fast as the server takes them.
   * @yields Each batch once it is stored, in order.
   * @throws RefusedError when the server will not have one; nothing behind it has been stored then.
   */
  async *send(batches: AsyncIterable<Batch>): AsyncGenerator<Batch, void> {
    const window: Promise<Batch>[] = [];
    for await (const batch of batches) {
      const isFirst = this.#nextSeq === 0;
      window.push(this.#post({ "Content-Type": "application/json" }, batch.body).then(() => batch));
      this.peakInFlight = Math.max(this.peakInFlight, window.length);
      // Until the first request of an epoch is acknowledged the server knows no producer that others could follow.
      const mayStay = isFirst ? 0 : MOST_IN_FLIGHT - 1;
      yield* shiftWhile(window, () => window.length > mayStay);
    }
    yield* shiftWhile(window, () => window.length > 0);
  }

  /** Closes the stream, when everything sent is stored. That is a request of the same sequence: repeating it is safe. */
  async close(): Promise<void> {
    await this.#acknowledged;
    await this.#post({ "Stream-Closed": "true" }, null);
  }

  #post(headers: Record<string, string>, body: string | null): Promise<void> {
    const seq = this.#nextSeq;
    this.#nextSeq += 1;
    const request = {
      method: "POST",
      headers: {
        ...headers,
        "Producer-Id": this.#id,
        "Producer-Epoch": "0",
        "Producer-Seq": String(seq),
      },
      body,
    };
    const stored = this.#deliver(request, this.#acknowledged);
    this.#acknowledged = stored;
    // Whoever waits for an earlier batch learns of the failure there; this promise must not count as unhandled meanwhile.
    stored.catch(() => {});
    return stored;
  }

  /**
   * Repeats one request, the same bytes under the same number, until it is stored: 200 is now, 204 is earlier.
   *
   * @param request - Has the producer's headers.
   * @param before - Fulfilled when every request before this one is stored.
   */
  async #deliver(request: RequestInit, before: Promise<unknown>): Promise<void> {
    const response = await this.#retries.run(() => post(this.#url, request));
    if (!isGap(response)) {
      return;
    }
    // It overtook an earlier one on the way. Once that is stored, this one is next.
    await before;
    await this.#retries.run(async () => accepted(await post(this.#url, request)));
  }
}

/** Sends once. An answer that is to be repeated is thrown, a gap in the sequence is returned. */
async function post(url: string, request: RequestInit): Promise<Response> {
  const response = await fetch(url, request);
  if (isGap(response)) {
    await response.body?.cancel();
    return response;
  }
  return accepted(response);
}

function isGap(response: Response): boolean {
  return response.status === 409 && response.headers.has("Producer-Expected-Seq");
}

async function* shiftWhile<T>(window: Promise<T>[], condition: () => boolean): AsyncGenerator<T, void> {
  while (condition()) {
    const first = window.shift();
    if (first !== undefined) {
      yield await first;
    }
  }
}
