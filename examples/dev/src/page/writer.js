// Appends exactly once, one request after the other: the producer headers of PROTOCOL.md §5.2.1 make it safe to repeat a
// request whose answer was lost, and the server stores it once.
import { refusal } from "./stream.js";

const ATTEMPTS = 6;
const FIRST_DELAY_MS = 200;

/** One page's hand on one stream. */
export class Writer {
  #producerId = crypto.randomUUID();
  #seq = 0;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * @param {string} url
   * @param {string} contentType - Of the stream; what is appended must be that.
   */
  constructor(url, contentType) {
    this.url = url;
    this.contentType = contentType;
  }

  /**
   * Appends after everything appended before.
   *
   * @param {string} body
   * @returns {Promise<void>} Resolves when the server has stored it.
   * @throws {import("./stream.js").RefusedError} When the server will not have it.
   */
  append(body) {
    return this.#enqueue({ "Content-Type": this.contentType }, body);
  }

  /**
   * Closes the stream after everything appended before: nobody can append any more.
   *
   * @throws {import("./stream.js").RefusedError}
   */
  close() {
    return this.#enqueue({ "Stream-Closed": "true" }, null);
  }

  /**
   * @param {Record<string, string>} headers
   * @param {string | null} body
   */
  #enqueue(headers, body) {
    const turn = this.#last.then(() => this.#post(headers, body));
    // One refused message does not hold up the next.
    this.#last = turn.catch(() => {});
    return turn;
  }

  /**
   * @param {Record<string, string>} headers
   * @param {string | null} body
   */
  async #post(headers, body) {
    const request = {
      method: "POST",
      headers: {
        ...headers,
        "Producer-Id": this.#producerId,
        "Producer-Epoch": "0",
        "Producer-Seq": String(this.#seq),
      },
      body,
    };
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(this.url, request).catch((error) => error);
      if (response instanceof Response && response.ok) {
        this.#seq += 1;
        return;
      }
      const mayHeal = response instanceof Error || response.status === 429 || response.status >= 500;
      if (!mayHeal || attempt === ATTEMPTS) {
        throw response instanceof Response ? await refusal(response) : response;
      }
      await delay(FIRST_DELAY_MS * 2 ** (attempt - 1) * Math.random());
    }
  }
}

/** @param {number} ms */
function delay(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
