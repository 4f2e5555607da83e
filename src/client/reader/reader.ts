/// <reference lib="esnext.disposable" />

import { type Hosted, hostOf, type StreamHost } from "../host.ts";
import { ignore } from "../ignore.ts";
import { anySignal } from "../transport/abort.ts";
import type { Batch } from "./batch.ts";
import { type Checkpoint, startingPoint } from "./checkpoint.ts";
import type { ReaderStatus } from "./events.ts";
import { INTERRUPTED } from "./interruption.ts";
import { eachMessage } from "./message-iterator.ts";
import { type ReaderOptions, type ReaderSettings, resolveReaderOptions } from "./options.ts";
import { Progress } from "./progress.ts";
import { ReadLoop } from "./read-loop.ts";

/** Messages that arrived together, and the position just behind them. */
export interface MessageBatch<Out> {
  /** At least one message, in order. */
  readonly messages: readonly Out[];
  /** To be stored together with the effect of the messages. */
  readonly checkpoint: Checkpoint;
}

/**
 * Reads a stream, message by message, from any position to its tail and on from there.
 *
 * Every message is handed out exactly once and in order, through cut connections, restarts and changes of the way: the
 * reader counts what it handed out, and skips exactly that when it arrives again. It retries for ever unless told
 * otherwise; what cannot heal (400, 401, 403, 404, 410, an answer that is none) is thrown. Only the end of a closed stream
 * ends a live iteration by itself.
 *
 * One iteration at a time. After one has ended, the next goes on where it was left.
 *
 * @typeParam Out The messages: for JSON the schema's output, for `text/*` strings, otherwise `Uint8Array`s; text and
 * bytes come in runs of any length.
 *
 * @example
 * ```ts
 * const reader = new StreamReader(stream, { from: (await load()) ?? "start" });
 * for await (const message of reader) {
 *   await store(message, reader.checkpoint);
 * }
 * ```
 */
export class StreamReader<Out = unknown> implements AsyncIterable<Out> {
  readonly #host: StreamHost<Out, never>;
  readonly #settings: ReaderSettings;
  readonly #progress: Progress<Out>;
  /** Settled when the tail was reached, or reading ended before. */
  #tail = quietly();
  #isTailReached = false;
  #status: ReaderStatus = { type: "idle" };
  #running: AbortController | undefined;

  /**
   * Makes a reader. Nothing is requested until somebody iterates.
   *
   * @param stream The handle of the stream.
   * @param options Where to begin and how to go on.
   * @throws InvalidOffsetError, RangeError when an option is not valid.
   */
  constructor(stream: Hosted<Out, never>, options: ReaderOptions = {}) {
    this.#host = hostOf(stream);
    this.#settings = resolveReaderOptions(options, this.#host.retry);
    this.#progress = new Progress(startingPoint(options.from ?? "start"), () => {
      this.#isTailReached = true;
      this.#tail.resolve();
    });
  }

  /**
   * The position just behind the last message that was handed out; inside a loop's body, behind the message in hand.
   * `undefined` only for `from: "now"`, until the server has said where that is.
   */
  get checkpoint(): Checkpoint | undefined {
    return this.#progress.checkpoint;
  }

  /** What the reader is doing. */
  get status(): ReaderStatus {
    return this.#status;
  }

  /** Whether everything up to the tail, as last heard of, was handed out. */
  get isCaughtUp(): boolean {
    return this.#progress.isCaughtUp;
  }

  /**
   * Waits until everything up to the tail was handed out for the first time. Somebody has to iterate meanwhile, or begin.
   *
   * @throws What ended the iteration before.
   */
  caughtUp(): Promise<void> {
    return this.#tail.promise;
  }

  /**
   * Iterates over the messages. Leaving the loop cancels the request.
   *
   * @throws From the iteration: TypeError when the reader is being iterated already, the signal's reason when it stops the
   * reader, SchemaError for a message that the schema refuses, otherwise a shared error.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Out, undefined, undefined> {
    const controller = new AbortController();
    const stop = this.#stoppedBy(controller);
    const cancel = (): void => controller.abort(INTERRUPTED);
    return eachMessage(this.#progress, this.#batches(controller, stop), stop, this.#settings.limit, cancel);
  }

  /**
   * Iterates over the messages as they arrive together, for consumers that store many at once. Throws what iterating over
   * messages throws.
   *
   * @example
   * ```ts
   * for await (const { messages, checkpoint } of reader.batches()) await insertAll(messages, checkpoint);
   * ```
   */
  batches(): AsyncGenerator<MessageBatch<Out>, void, undefined> {
    const controller = new AbortController();
    const batches = this.#limited(controller);
    const leave = batches.return.bind(batches);
    // A generator that waits for something ends only behind it.
    batches.return = (value) => {
      controller.abort(INTERRUPTED);
      return leave(value);
    };
    return batches;
  }

  async *#limited(controller: AbortController): AsyncGenerator<MessageBatch<Out>, void, undefined> {
    let left = this.#settings.limit;
    for await (const batch of this.#batches(controller)) {
      this.#progress.hand(left);
      left -= batch.messages.length;
      const { checkpoint = batch.checkpoint } = this;
      yield { messages: left < 0 ? batch.messages.slice(0, left) : batch.messages, checkpoint };
      if (left <= 0) return;
    }
  }

  /**
   * The messages as a stream. Nothing is read ahead: the next message is taken when somebody asks for it. Cancelling the
   * stream cancels the request.
   */
  readable(): ReadableStream<Out> {
    const messages = this[Symbol.asyncIterator]();
    return new ReadableStream<Out>(
      {
        async pull(controller) {
          const next = await messages.next();
          if (next.done) controller.close();
          else controller.enqueue(next.value);
        },
        async cancel() {
          await messages.return?.();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Ends the iteration, if there is one, and its request. The loop ends without an error; a later one can go on. */
  cancel(): void {
    this.#running?.abort(INTERRUPTED);
  }

  /** {@link StreamReader.cancel} at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
  }

  async *#batches(
    controller: AbortController,
    stop = this.#stoppedBy(controller),
  ): AsyncGenerator<Batch<Out>, void, undefined> {
    if (this.#running) throw new TypeError("The reader is being iterated already");
    this.#running = controller;
    // The iteration before has missed it, and said so.
    if (!this.#isTailReached && this.#status.type !== "idle") this.#tail = quietly();
    const progress = this.#progress;
    const report = (status: ReaderStatus): void => {
      this.#status = status;
      this.#settings.onStatus(status);
    };
    const loop = new ReadLoop<Out>({ host: this.#host, settings: this.#settings, progress, stop, report });
    let ending: ReaderStatus = { type: "stopped" };
    try {
      for await (const batch of loop.batches()) {
        progress.hold(batch);
        yield batch;
      }
      if (loop.isClosed) ending = { type: "closed" };
    } catch (error) {
      if (error === INTERRUPTED) return;
      ending = { type: "failed", error };
      throw error;
    } finally {
      progress.settle();
      this.#running = undefined;
      const error = ending.type === "failed" ? ending.error : undefined;
      // No matter where the tail was reached before.
      this.#tail.reject(error ?? new DOMException("The reader stopped before the tail", "AbortError"));
      report(ending);
    }
  }

  /** Fires when anybody ends an iteration. */
  #stoppedBy({ signal }: AbortController): AbortSignal {
    return anySignal(signal, this.#settings.signal, this.#host.signal);
  }
}

/** A promise that whoever does not ask for it does not hear of, should it be broken. */
function quietly(): PromiseWithResolvers<void> {
  const deferred = Promise.withResolvers<void>();
  deferred.promise.catch(ignore);
  return deferred;
}
