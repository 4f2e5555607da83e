/// <reference lib="esnext.disposable" preserve="true" />

import type { Offset } from "../../shared/brands.ts";
import { type Hosted, hostOf, type StreamHost } from "../host.ts";
import { ignore } from "../ignore.ts";
import { whenOnline } from "../online.ts";
import { untilAborted } from "../transport/index.ts";
import type { ProducerEvent } from "./events.ts";
import { Intake } from "./intake.ts";
import { type ProducerOptions, type ProducerSettings, resolveProducerOptions } from "./options.ts";
import type { OutboxBatch } from "./outbox/contract.ts";
import { Pipeline, type PipelineListener } from "./pipeline.ts";
import type { Acknowledgement, PendingMessage, Ticket } from "./ticket.ts";

/** What a producer is at: taking messages, finishing, or over in one of three ways. */
export type ProducerState = "open" | "closing" | "closed" | "failed" | "aborted";

/** How {@link StreamProducer.close} ends. */
export interface ProducerCloseOptions<T> {
  /** Closes the stream as well, for all writers and for ever (§4.1); no unless given. */
  readonly closeStream?: boolean | undefined;
  /** One more message; with `closeStream` it is stored in the same step as the closing. */
  readonly finalMessage?: T | undefined;
}

/**
 * Appends messages exactly once and in the order in which they were submitted, through lost answers, restarts of the
 * server and repeated requests (§5.2.1). Messages travel in batches, several requests at a time.
 *
 * What fails is told where somebody waits: `submit`, a ticket, `flush`, `close`. A producer that has failed says so from
 * then on; make another one, with a higher epoch.
 *
 * @typeParam T What it appends.
 *
 * @example
 * ```ts
 * await using producer = stream.producer({ id: "orders-1" });
 * for (const order of orders) await producer.submit(order); // waits while the buffer is full
 * await producer.flush();                                   // everything is durable
 * ```
 */
export class StreamProducer<T = unknown> {
  readonly #host: StreamHost<unknown, T>;
  readonly #settings: ProducerSettings;
  readonly #onEvent: ((event: ProducerEvent) => void) | undefined;
  readonly #pipeline: Pipeline;
  readonly #intake: Intake;
  #state: ProducerState = "open";
  /** What ended the producer, unless it was closed. */
  #end: { readonly error: unknown } | undefined;
  /** What `close` promised. */
  #closing: Promise<void> | undefined;
  /** Rejected messages that nobody who waits has been told of. */
  #loss: { readonly error: unknown } | undefined;
  #writable: WritableStream<T> | undefined;
  /** Fires when the producer is over, with what ended it unless it was closed. */
  readonly #over = new AbortController();

  /**
   * @param stream What to append to.
   * @param options Only `id` is required.
   * @throws TypeError for an id that no header can carry; RangeError for a number that cannot be.
   */
  constructor(stream: Hosted<unknown, T>, options: ProducerOptions) {
    const host = hostOf(stream);
    this.#host = host;
    this.#settings = resolveProducerOptions(options, host.retry);
    this.#onEvent = options.onEvent;
    const { signal: over } = this.#over;
    const listener: PipelineListener = {
      emit: (event) => this.#emit(event),
      lost: (error) => {
        this.#loss ??= { error };
      },
      failed: (error) => this.#fail(error),
    };
    this.#pipeline = new Pipeline(host, this.#settings, listener, over);
    this.#intake = new Intake(host, this.#settings, this.#pipeline, (stand) => this.#recover(stand), over);
    whenOnline(() => this.#pipeline.hurry(), over);
    const { signal } = host;
    signal?.addEventListener("abort", () => this.abort(signal.reason), { signal: over });
    if (signal?.aborted) this.abort(signal.reason);
  }

  /** Names the producer to the server. */
  get id(): string {
    return this.#settings.id;
  }

  /** What the producer is at. */
  get state(): ProducerState {
    return this.#state;
  }

  /** What ended the producer, in the states `failed` and `aborted`. */
  get error(): unknown {
    return this.#end?.error;
  }

  /** The session of the next batch. It moves on by itself after an outbox was emptied, a claim, and some splits. */
  get epoch(): number {
    return this.#pipeline.epoch;
  }

  /** The number that the next batch will have in its epoch. */
  get nextSeq(): number {
    return this.#pipeline.nextSeq;
  }

  /** Messages accepted and neither acknowledged nor rejected. A batch that an outbox brought back counts as one. */
  get pendingMessages(): number {
    return this.#intake.count;
  }

  /** Bytes of the messages accepted and neither acknowledged nor rejected. */
  get bufferedBytes(): number {
    return this.#intake.bytes;
  }

  /** Requests on their way. */
  get inFlight(): number {
    return this.#pipeline.inFlight;
  }

  /** Where the stream ended at the last acknowledgement; `undefined` before the first. */
  get lastOffset(): Offset | undefined {
    return this.#pipeline.lastOffset;
  }

  /**
   * Hands over a message. Messages are taken in the order of the calls, whether or not these are awaited.
   *
   * @param value What to append; an array is one message.
   * @returns A ticket, once there is room in the buffer.
   * @throws SchemaError or TypeError for a value that cannot be sent, which harms nothing else; TypeError when the
   * producer is closed; what ended it when it is over.
   *
   * @example
   * ```ts
   * const ticket = await producer.submit({ n: 1 });
   * await ticket.acknowledged;
   * ```
   */
  async submit(value: T): Promise<Ticket> {
    this.#requireOpen();
    return this.#intake.admit(this.#host.codec.encode(value));
  }

  /**
   * Hands over a message and waits until it is durable.
   *
   * @param value What to append; an array is one message.
   * @throws What {@link StreamProducer.submit} and `ticket.acknowledged` throw.
   */
  async append(value: T): Promise<Acknowledgement> {
    const { acknowledged } = await this.submit(value);
    return acknowledged;
  }

  /**
   * Sends what lingers and waits until everything submitted before is durable.
   *
   * @throws What ended the producer; what some message was rejected with since somebody was last told.
   */
  async flush(): Promise<void> {
    await this.#drain();
    this.#throwLoss();
  }

  /**
   * Takes no more messages and waits until everything submitted before is durable. Calling it again returns the same
   * promise. However it ends, the outbox is free for the next producer then.
   *
   * A stream is not closed over lost messages: when one was rejected, neither the final message nor the closing is sent.
   *
   * @param options Whether to close the stream too, and with which message; neither unless given.
   * @throws What {@link StreamProducer.flush} throws; SchemaError or TypeError for a final message that cannot be sent,
   * after which the producer is open as before.
   */
  close(options: ProducerCloseOptions<T> = {}): Promise<void> {
    if (this.#closing) return this.#closing;
    if (!this.#end) this.#state = "closing";
    this.#closing = this.#finish(options).catch(async (error: unknown) => {
      if (this.#state === "open") this.#closing = undefined;
      if (this.#state === "closing") this.#fail(error);
      if (this.#end) await this.#pipeline.journal?.close().catch(ignore);
      throw error;
    });
    return this.#closing;
  }

  /**
   * Gives up at once: everything not acknowledged is rejected, though requests on their way may still have their effect.
   * An outbox keeps what was formed, for the next producer to send.
   *
   * @param reason What to reject with; an `AbortError` unless given.
   */
  abort(reason: unknown = new DOMException("The producer was aborted", "AbortError")): void {
    this.#endWith("aborted", reason);
  }

  /**
   * Gives up for good: aborts, unless the producer is over, and empties the outbox, so that the next producer under the
   * id begins with nothing. For a batch that the server refuses: every producer would send it again first, and fail.
   *
   * @returns The batches that the outbox had, in order. A refused one and those behind it are not stored; others may be.
   * @throws OutboxBusyError when another producer has the record; what the outbox throws.
   *
   * @example
   * ```ts
   * for (const { body } of await producer.discard()) report(new TextDecoder().decode(body));
   * ```
   */
  async discard(): Promise<readonly OutboxBatch[]> {
    this.abort();
    return (await this.#pipeline.journal?.discard()) ?? [];
  }

  /**
   * The producer as a stream: writing submits, closing closes the producer (not the stream), aborting aborts. Always the
   * same one.
   */
  get writable(): WritableStream<T> {
    this.#writable ??= new WritableStream<T>({
      // Not errored when the producer fails: workerd's `pipeTo` takes that for the end, and resolves.
      write: async (value) => {
        await this.submit(value);
      },
      close: () => this.close(),
      abort: (reason) => this.abort(reason),
    });
    return this.#writable;
  }

  /**
   * {@link StreamProducer.close} at the end of an `await using` block; after an `abort` it only waits until the outbox is
   * free for the next producer.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#state === "aborted" ? this.close().catch(ignore) : this.close());
  }

  async #drain(): Promise<void> {
    this.#requireAlive();
    const { idle } = this.#intake;
    // Without a wait where none is needed: what is submitted meanwhile came later.
    if (idle !== undefined) await idle;
    this.#requireAlive();
    this.#intake.hurry();
    await this.#intake.settled();
    this.#requireAlive();
  }

  async #finish({ closeStream = false, finalMessage }: ProducerCloseOptions<T>): Promise<void> {
    this.#requireAlive();
    let last: Uint8Array | undefined;
    try {
      const { signal } = this.#over;
      last = finalMessage === undefined ? undefined : await untilAborted(this.#host.codec.encode(finalMessage), signal);
    } catch (error) {
      if (!this.#end) this.#state = "open";
      throw error;
    }
    if (last !== undefined && !closeStream) await this.#intake.admit(last);
    await this.#drain();
    if (closeStream && this.#loss === undefined) {
      this.#pipeline.enqueue([this.#intake.add(last)], true);
      await this.#intake.settled();
    }
    await this.#pipeline.journal?.close();
    this.#requireAlive();
    this.#state = "closed";
    this.#over.abort();
    this.#throwLoss();
  }

  async #recover(stand: () => PendingMessage): Promise<void> {
    try {
      await this.#pipeline.recover(stand);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#endWith("failed", error)) this.#emit({ type: "failed", error });
  }

  /** @returns Whether the producer was not over before. */
  #endWith(state: "failed" | "aborted", error: unknown): boolean {
    if (this.#end || this.#state === "closed") return false;
    this.#state = state;
    this.#end = { error };
    this.#over.abort(error);
    this.#intake.end(error);
    this.#pipeline.stop(error);
    // Nobody waits for the outbox any more, and what it has is kept either way.
    this.#pipeline.journal?.close().catch(ignore);
    return true;
  }

  #requireOpen(): void {
    this.#requireAlive();
    if (this.#closing) throw new TypeError("The producer is closed");
  }

  #requireAlive(): void {
    if (this.#end) throw this.#end.error;
  }

  #throwLoss(): void {
    const loss = this.#loss;
    this.#loss = undefined;
    if (loss !== undefined) throw loss.error;
  }

  #emit(event: ProducerEvent): void {
    try {
      this.#onEvent?.(event);
    } catch (error) {
      // As event targets do it: the fault of whoever watches stops nothing here, and is not hidden either.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
