// Follows a stream live over SSE (PROTOCOL.md §5.8) and survives whatever cuts the connection: it always comes back with
// the offset of the last control event, so nothing is missed and nothing arrives twice.
import { inspectStream } from "./stream.js";

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;

/**
 * Where a reader stands: everything before the offset was delivered.
 *
 * @typedef {object} Position
 * @property {string} offset - Opaque; where the next read starts. `-1` is the start of the stream.
 * @property {string | undefined} cursor - Echoed to the server, which lets caches in between tell readers apart.
 * @property {boolean} upToDate - Whether that was the tail.
 * @property {boolean} closed - Whether that is the end for good.
 *
 * @typedef {"connecting" | "live" | "paused" | "reconnecting" | "closed" | "gone"} TailState
 *
 * @typedef {object} TailListener
 * @property {(data: readonly string[], position: Position) => void} onEvent - Data, none or some, and the position
 * after it.
 * @property {(state: TailState) => void} onState
 */

/** One reader of one stream. */
export class Tail {
  #url;
  #streamId;
  #listener;
  /** @type {Position} */
  #position;
  /** @type {EventSource | undefined} */
  #source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #failures = 0;
  #stopped = false;

  /**
   * @param {string} url
   * @param {string} streamId - The identity of the stream that the position is about.
   * @param {Position} position
   * @param {TailListener} listener
   */
  constructor(url, streamId, position, listener) {
    this.#url = url;
    this.#streamId = streamId;
    this.#position = position;
    this.#listener = listener;
    document.addEventListener("visibilitychange", this.#followVisibility);
    addEventListener("online", this.#retryNow);
    listener.onState("connecting");
    this.#followVisibility();
  }

  /** Ends the connection for good. */
  stop() {
    this.#stopped = true;
    this.#disconnect();
    document.removeEventListener("visibilitychange", this.#followVisibility);
    removeEventListener("online", this.#retryNow);
  }

  #connect() {
    const { offset, cursor } = this.#position;
    const query = new URLSearchParams({ ...(cursor === undefined ? {} : { cursor }), live: "sse", offset });
    const source = new EventSource(`${this.#url}?${query}`);
    this.#source = source;

    // Data counts only when its control event has come: a connection cut in between would deliver it again.
    /** @type {string[]} */
    let data = [];
    source.addEventListener("data", (event) => {
      data.push(event.data);
    });
    source.addEventListener("control", (event) => {
      const control = JSON.parse(event.data);
      this.#failures = 0;
      this.#position = {
        offset: control.streamNextOffset,
        cursor: control.streamCursor,
        upToDate: control.upToDate === true || control.streamClosed === true,
        closed: control.streamClosed === true,
      };
      this.#listener.onEvent(data, this.#position);
      data = [];
      if (this.#position.closed) {
        this.#end("closed");
      } else {
        this.#listener.onState("live");
      }
    });
    // Left alone, an EventSource would come back with the offset that it began with.
    source.addEventListener("error", () => {
      this.#disconnect();
      this.#comeBack();
    });
  }

  /** The server ends a connection every minute or so; that is no failure, and the first attempt is made at once. */
  #comeBack() {
    const delay = this.#failures === 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** this.#failures, LONGEST_DELAY_MS);
    if (this.#failures > 0) {
      this.#listener.onState("reconnecting");
    }
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#reconnect(), delay);
  }

  /** Looks first whether the stream is still there and still the same one, which an EventSource cannot tell. */
  async #reconnect() {
    this.#timer = undefined;
    try {
      const facts = await inspectStream(this.#url);
      if (this.#stopped || this.#source !== undefined || document.hidden) {
        return;
      }
      if (facts?.id === this.#streamId) {
        this.#connect();
      } else {
        this.#end("gone");
      }
    } catch {
      if (!this.#stopped && !document.hidden) {
        this.#comeBack();
      }
    }
  }

  #disconnect() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  /** @param {TailState} state */
  #end(state) {
    this.stop();
    this.#listener.onState(state);
  }

  /** A browser opens only six connections to a server for all its tabs together, so a hidden tab gives its own back. */
  #followVisibility = () => {
    if (document.hidden) {
      this.#disconnect();
      this.#listener.onState("paused");
    } else if (this.#source === undefined && this.#timer === undefined) {
      this.#timer = setTimeout(() => this.#reconnect(), 0);
    }
  };

  #retryNow = () => {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#reconnect(), 0);
    }
  };
}
