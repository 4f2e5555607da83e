import type { Clock } from "../../shared/clock.ts";
import { Batcher } from "./batcher.ts";
import type { ProducerHost } from "./exchange.ts";
import type { ProducerSettings } from "./options.ts";
import { type PendingMessage, PendingMessages, type Ticket } from "./ticket.ts";

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
  /** What is accepted and not settled. */
  readonly pending = new PendingMessages(() => this.#settled());
  readonly #batcher: Batcher;
  /** Settles when all that came so far is accepted or refused. Never rejects. */
  #admission: Promise<unknown>;
  /** How many have not come to their turn, the opening being the first. */
  #queued = 1;
  #wake: () => void = ignore;
  #linger: unknown;
  #end: { readonly error: unknown } | undefined;

  /**
   * @param host What the stream's handle lends.
   * @param settings Limits and linger.
   * @param sink Where batches go.
   * @param opening What comes before the first message; must not reject.
   */
  constructor(
    { codec, clock }: ProducerHost,
    settings: ProducerSettings,
    sink: BatchSink,
    opening: (pending: PendingMessages) => Promise<void>,
  ) {
    this.#clock = clock;
    this.#settings = settings;
    this.#sink = sink;
    this.#batcher = new Batcher(codec.overheadBytes, settings);
    this.#admission = opening(this.pending).then(this.#leave);
  }

  /** Settles when all that came so far is accepted or refused; `undefined` when it is. Never rejects. */
  get idle(): Promise<unknown> | undefined {
    return this.#queued === 0 ? undefined : this.#admission;
  }

  /**
   * Takes a message in, behind those that came before.
   *
   * @param encoding Its bytes; a promise of them while its schema takes its time.
   * @returns Its ticket; a promise of it while there is no room, or somebody before it waits.
   * @throws What ended the intake.
   */
  admit(encoding: Uint8Array | Promise<Uint8Array>): Ticket | Promise<Ticket> {
    // Most messages find nobody in line and room enough: promises would take most of the time that they take.
    if (encoding instanceof Uint8Array && this.#queued === 0) {
      this.#requireOpen();
      if (this.#makeRoom(encoding.length)) return this.#take(encoding);
    }
    const late = Promise.resolve(encoding);
    // Looked at when its turn comes, which may be long after it failed.
    late.catch(ignore);
    this.#queued += 1;
    const admitted = this.#admission.then(() => this.#accept(late));
    this.#admission = admitted.then(this.#leave, this.#leave);
    return admitted;
  }

  /** Ends the lingering of what was gathered. */
  hurry(): void {
    this.#batcher.expire();
    this.#form();
  }

  /** Takes nothing more in, and rejects what is not in a batch. */
  end(error: unknown): void {
    this.#end = { error };
    this.#clock.clearTimeout(this.#linger);
    for (const message of this.#batcher.take()) message.settle({ error });
    this.#wake();
  }

  async #accept(encoding: Promise<Uint8Array>): Promise<Ticket> {
    const bytes = await encoding;
    for (this.#requireOpen(); !this.#makeRoom(bytes.length); this.#requireOpen()) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    return this.#take(bytes);
  }

  #take(bytes: Uint8Array): Ticket {
    if (this.#batcher.isEmpty) this.#startLinger();
    const message = this.pending.add(bytes);
    this.#batcher.add(message);
    if (this.#settings.lingerMs === 0) this.#batcher.expire();
    this.#form();
    return message;
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
    const buffered = this.pending.bytes;
    const isBuffered = buffered === 0 || buffered + bytes <= this.#settings.maxBufferedBytes;
    return isBuffered && this.#batcher.fits(bytes);
  }

  #startLinger(): void {
    const { lingerMs } = this.#settings;
    if (lingerMs > 0) this.#linger = this.#clock.setTimeout(() => this.hurry(), lingerMs);
  }

  readonly #leave = (): void => {
    this.#queued -= 1;
  };

  #settled(): void {
    this.#form();
    this.#wake();
  }

  #form(): void {
    if (!this.#batcher.isDue || !this.#sink.hasRoom) return;
    this.#clock.clearTimeout(this.#linger);
    this.#sink.enqueue(this.#batcher.take());
  }
}
