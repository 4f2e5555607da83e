import type { Clock } from "../../shared/clock.ts";
import { Batcher } from "./batcher.ts";
import type { ProducerHost } from "./exchange.ts";
import type { ProducerSettings } from "./options.ts";
import type { Settlement } from "./settlement.ts";
import { type PendingMessage, pendingMessage, type Ticket } from "./ticket.ts";

/** Where full batches go. */
export interface BatchSink {
  /** Whether another batch may be formed. */
  readonly hasRoom: boolean;
  /** Forms a batch. */
  enqueue(messages: readonly PendingMessage[]): void;
}

const ignore = (): void => {};

/** Takes messages in, in order and only as fast as they leave, and gathers them into batches. */
export class Intake {
  readonly #clock: Clock;
  readonly #settings: ProducerSettings;
  readonly #sink: BatchSink;
  readonly #settlement: Settlement;
  readonly #batcher: Batcher;
  /** Settles when all that came so far is accepted or refused. Never rejects. */
  #admission: Promise<unknown>;
  #wake: () => void = ignore;
  #bufferedBytes = 0;
  #linger: unknown;
  #end: { readonly error: unknown } | undefined;

  /**
   * @param host What the stream's handle lends.
   * @param settings Limits and linger.
   * @param sink Where batches go.
   * @param settlement Counts what is accepted.
   * @param opening Comes before the first message; never rejects.
   */
  constructor(
    { codec, clock }: ProducerHost,
    settings: ProducerSettings,
    sink: BatchSink,
    settlement: Settlement,
    opening: Promise<void>,
  ) {
    this.#clock = clock;
    this.#settings = settings;
    this.#sink = sink;
    this.#settlement = settlement;
    this.#admission = opening;
    this.#batcher = new Batcher(codec, settings);
  }

  /** Bytes of the messages accepted and neither acknowledged nor rejected. */
  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** Settles when all that came so far is accepted or refused. Never rejects. */
  get idle(): Promise<unknown> {
    return this.#admission;
  }

  /**
   * Queues a message behind those that came before.
   *
   * @param encoding Its bytes, or why there are none.
   * @returns Its ticket, once there is room for it.
   */
  admit(encoding: Promise<Uint8Array>): Promise<Ticket> {
    // Looked at when its turn comes, which may be long after it failed.
    encoding.catch(ignore);
    const admitted = this.#admission.then(() => this.#accept(encoding));
    this.#admission = admitted.catch(ignore);
    return admitted;
  }

  /** Counts a message in that goes past the batches. */
  account(bytes: Uint8Array): PendingMessage {
    this.#settlement.accept(1);
    this.#bufferedBytes += bytes.length;
    return pendingMessage(bytes);
  }

  /** Ends the lingering of what was gathered. */
  hurry(): void {
    this.#batcher.expire();
    this.#form();
  }

  /** Says that so many bytes are pending no more. */
  free(bytes: number): void {
    this.#bufferedBytes -= bytes;
    this.#form();
    this.#wake();
  }

  /** Takes nothing more in, and rejects what is not in a batch. */
  end(error: unknown): void {
    this.#end = { error };
    this.#clock.clearTimeout(this.#linger);
    for (const message of this.#batcher.take()) message.reject(error);
    this.#bufferedBytes = 0;
    this.#wake();
  }

  async #accept(encoding: Promise<Uint8Array>): Promise<Ticket> {
    const bytes = await encoding;
    for (this.#requireOpen(); !this.#makeRoom(bytes.length); this.#requireOpen()) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    if (this.#batcher.isEmpty) this.#startLinger();
    const message = this.account(bytes);
    this.#batcher.add(message);
    if (this.#settings.lingerMs === 0) this.#batcher.expire();
    this.#form();
    return message.ticket;
  }

  #requireOpen(): void {
    if (this.#end !== undefined) throw this.#end.error;
  }

  #makeRoom(bytes: number): boolean {
    if (this.#hasRoom(bytes)) return true;
    // Nothing can join what was gathered, so it has nothing to linger for.
    this.hurry();
    return this.#hasRoom(bytes);
  }

  #hasRoom(bytes: number): boolean {
    const isBuffered = this.#bufferedBytes === 0 || this.#bufferedBytes + bytes <= this.#settings.maxBufferedBytes;
    return isBuffered && this.#batcher.fits(bytes);
  }

  #startLinger(): void {
    const { lingerMs } = this.#settings;
    if (lingerMs > 0) this.#linger = this.#clock.setTimeout(() => this.hurry(), lingerMs);
  }

  #form(): void {
    if (!this.#batcher.isDue || !this.#sink.hasRoom) return;
    this.#clock.clearTimeout(this.#linger);
    this.#sink.enqueue(this.#batcher.take());
  }
}
