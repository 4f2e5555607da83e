import type { Clock } from "../../shared/clock.ts";
import { TransportError } from "../../shared/errors/client-errors.ts";
import { untilAborted } from "../transport/abort.ts";
import { Interruption } from "./interruption.ts";

/** Bytes handed on at a time: a runtime that keeps a body as one piece must not make one batch of it. */
const PIECE_BYTES = 65_536;

/** One request and the reading of its answer: what ends it early, and how long it may stay silent. */
export class Attempt {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  readonly #stop: AbortSignal;
  readonly #silenceMs: number;
  #watch: unknown;

  /**
   * @param stop Ends the attempt with its reason, and everything after it.
   * @param clock Measures silence.
   * @param silenceMs How long the server may keep the reader waiting for a byte, in ms.
   */
  constructor(stop: AbortSignal, clock: Clock, silenceMs: number) {
    this.#stop = stop;
    this.#clock = clock;
    this.#silenceMs = silenceMs;
    stop.addEventListener("abort", this.#stopped);
    if (stop.aborted) this.#stopped();
  }

  /** Fires when the attempt is to end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the attempt; what waits for it throws the reason. */
  interrupt(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Expects a first byte within a time, the wait for the answer included; without one, somebody on the way keeps it. */
  expectFirstByte(ms: number): void {
    this.#arm(ms, () => new Interruption("buffered"));
  }

  /**
   * Waits for work that must not stay silent.
   *
   * @throws What the work throws, or the reason of the interruption.
   */
  async within<T>(work: Promise<T>): Promise<T> {
    this.#arm(this.#silenceMs, () => this.#silence());
    try {
      return await untilAborted(work, this.signal);
    } finally {
      this.#disarm();
    }
  }

  /**
   * Reads a body in pieces of 64 KiB at most, each when it is asked for. Leaving early cancels the body.
   *
   * Only time in which the reader waits counts as silence: a consumer that takes its time is not a silent server.
   *
   * @throws TransportError when the body breaks off or stays silent, or the reason of the interruption.
   */
  async *pieces(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = body.getReader();
    // Cancelling ends a pending read even where an injected `fetch` does not listen to its signal.
    const cancel = (): void => {
      reader.cancel(this.signal.reason).catch(() => {});
    };
    this.signal.addEventListener("abort", cancel);
    try {
      for (;;) {
        const { done, value } = await this.#read(reader);
        if (done) return;
        for (let at = 0; at < value.length; at += PIECE_BYTES) yield value.subarray(at, at + PIECE_BYTES);
      }
    } finally {
      this.signal.removeEventListener("abort", cancel);
      cancel();
    }
  }

  /** Lets go of everything, the connection included. */
  end(): void {
    this.#disarm();
    this.#stop.removeEventListener("abort", this.#stopped);
    this.#controller.abort(new Interruption("cancelled"));
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<ReadableStreamReadResult<Uint8Array>> {
    if (this.#watch === undefined) this.#arm(this.#silenceMs, () => this.#silence());
    try {
      this.signal.throwIfAborted();
      const result = await reader.read();
      this.signal.throwIfAborted();
      return result;
    } catch (cause) {
      throw this.signal.aborted ? this.signal.reason : new TransportError({ cause, detail: "The answer broke off" });
    } finally {
      this.#disarm();
    }
  }

  #silence(): TransportError {
    const detail = `Nothing came for ${this.#silenceMs} ms`;
    return new TransportError({ cause: new DOMException(detail, "TimeoutError"), detail });
  }

  #arm(ms: number, reason: () => unknown): void {
    this.#disarm();
    this.#watch = this.#clock.setTimeout(() => this.interrupt(reason()), ms);
  }

  #disarm(): void {
    if (this.#watch !== undefined) this.#clock.clearTimeout(this.#watch);
    this.#watch = undefined;
  }

  readonly #stopped = (): void => {
    this.interrupt(this.#stop.reason);
  };
}
