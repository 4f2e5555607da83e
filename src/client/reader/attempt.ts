import type { Clock } from "../../shared/clock.ts";
import { TransportError } from "../../shared/errors/client-errors.ts";
import { ignore } from "../ignore.ts";
import { untilAborted } from "../transport/abort.ts";
import { BUFFERED, INTERRUPTED } from "./interruption.ts";
import type { ReadRun } from "./run.ts";

/** Bytes handed on at a time: a runtime that keeps a body as one piece must not make one batch of it. */
const PIECE_BYTES = 65_536;

/** One request and the reading of its answer: what ends it early, and how long it may stay silent. */
export class Attempt {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  readonly #silenceMs: number;
  readonly #startedAt: number;
  #watch: unknown;
  /** From the beginning to the last sign of life of an answer, in ms; 0 while there was none. */
  livedMs = 0;
  /** Fires when the attempt is to end. */
  readonly signal: AbortSignal;

  constructor({ host, settings, stop }: ReadRun<unknown>) {
    this.#clock = host.clock;
    this.#silenceMs = settings.silenceMs;
    this.#startedAt = host.clock.now();
    this.signal = AbortSignal.any([stop, this.#controller.signal]);
  }

  /** Ends the attempt; what waits for it throws the reason. */
  interrupt(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Expects a first byte within a time, the wait for the answer included; without one, somebody on the way keeps it. */
  expectFirstByte(ms: number): void {
    this.#watch = this.#clock.setTimeout(() => this.interrupt(BUFFERED), ms);
  }

  /**
   * Waits for work that must not stay silent.
   *
   * @throws TransportError when the work fails or stays silent, or the reason of the interruption.
   */
  async within<T>(work: Promise<T>): Promise<T> {
    this.#watch ??= this.#clock.setTimeout(() => {
      const detail = `Nothing came for ${this.#silenceMs} ms`;
      this.interrupt(new TransportError({ cause: new DOMException(detail, "TimeoutError"), detail }));
    }, this.#silenceMs);
    try {
      return await untilAborted(work, this.signal);
    } catch (cause) {
      throw this.signal.aborted ? this.signal.reason : new TransportError({ cause, detail: "The answer broke off" });
    } finally {
      this.#disarm();
      // Whoever breaks an answer off was there to do so.
      if (!this.signal.aborted) this.livedMs = this.#clock.now() - this.#startedAt;
    }
  }

  /**
   * Reads a body in pieces of 64 KiB at most, each when it is asked for. The end of the attempt cancels the body.
   *
   * Only time in which the reader waits counts as silence: a consumer that takes its time is not a silent server.
   *
   * @throws What {@link Attempt.within} throws.
   */
  async *pieces(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = body.getReader();
    // An injected `fetch` need not listen to its signal.
    this.signal.addEventListener("abort", () => {
      reader.cancel(this.signal.reason).catch(ignore);
    });
    for (;;) {
      const { done, value } = await this.within(reader.read());
      if (done) return;
      for (let at = 0; at < value.length; at += PIECE_BYTES) yield value.subarray(at, at + PIECE_BYTES);
    }
  }

  /** Lets go of everything, the connection included. */
  end(): void {
    this.#disarm();
    this.interrupt(INTERRUPTED);
  }

  #disarm(): void {
    this.#clock.clearTimeout(this.#watch);
    this.#watch = undefined;
  }
}
