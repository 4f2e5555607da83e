import type { Clock } from "../../shared/clock.ts";
import type { ProducerHost } from "./exchange.ts";
import type { ProducerSettings } from "./options.ts";
import { PendingMessage, settleAll, type Ticket } from "./ticket.ts";

/** Where full batches go. */
export interface BatchSink {
  /** Whether another batch may be formed. */
  readonly hasRoom: boolean;
  /** Forms a batch. */
  enqueue(messages: readonly PendingMessage[]): void;
}

/** Somebody who waits for the messages before some place. */
interface Waiter extends PromiseWithResolvers<void> {
  readonly end: number;
  left: number;
}

const ignore = (): void => {};

/** Takes messages in, in order and only as fast as they leave, and gathers them into batches. */
export class Intake {
  readonly #clock: Clock;
  readonly #settings: ProducerSettings;
  readonly #sink: BatchSink;
  /** What joining adds for each message, and once more for the body. */
  readonly #overhead: number;
  /** Settles when all that came so far is accepted or refused. Never rejects. */
  #admission: Promise<unknown>;
  /** How many have not come to their turn, the opening being the first. */
  #queued = 1;
  #wake = ignore;
  #end: { readonly error: unknown } | undefined;

  /** Messages accepted and neither acknowledged nor rejected. They are counted, not kept. */
  count = 0;
  /** Their size, without what joining them adds. */
  bytes = 0;
  #accepted = 0;
  readonly #waiters = new Set<Waiter>();
  #willTell = false;

  /** What is to be the next batch, once it is full, has lingered long enough, or somebody flushes. */
  #gathered: PendingMessage[] = [];
  /** Size of the body that it would make. */
  #size = 0;
  #isExpired = false;
  #linger: unknown;

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
    opening: (stand: () => PendingMessage) => Promise<void>,
  ) {
    this.#clock = clock;
    this.#settings = settings;
    this.#sink = sink;
    this.#overhead = codec.overheadBytes;
    this.#admission = opening(() => this.add()).then(this.#leave);
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
    if (encoding instanceof Uint8Array && this.#queued === 0 && this.#makeRoom(encoding)) return this.#take(encoding);
    const late = Promise.resolve(encoding);
    // Looked at when its turn comes, which may be long after it failed.
    late.catch(ignore);
    this.#queued += 1;
    const admitted = this.#admission.then(async () => {
      const bytes = await late;
      while (!this.#makeRoom(bytes)) {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      }
      return this.#take(bytes);
    });
    this.#admission = admitted.then(this.#leave, this.#leave);
    return admitted;
  }

  /** Counts a message as accepted. Without bytes, it stands for a batch whose messages nobody waits for. */
  add(bytes: Uint8Array = new Uint8Array(0)): PendingMessage {
    const message = new PendingMessage(bytes, this.#accepted++, this.#settled);
    this.count += 1;
    this.bytes += bytes.length;
    return message;
  }

  /** Resolves when all that were accepted so far are settled, whatever becomes of them. */
  async settled(): Promise<void> {
    if (this.count === 0) return;
    const waiter: Waiter = { end: this.#accepted, left: this.count, ...Promise.withResolvers<void>() };
    this.#waiters.add(waiter);
    await waiter.promise;
  }

  /** Ends the lingering of what was gathered. */
  hurry(): void {
    this.#isExpired = true;
    this.#form();
  }

  /** Takes nothing more in, and rejects what is not in a batch. */
  end(error: unknown): void {
    this.#end = { error };
    settleAll(this.#release(), Promise.reject(error));
    this.#wake();
  }

  #take(bytes: Uint8Array): Ticket {
    const { lingerMs } = this.#settings;
    if (this.#gathered.length === 0) {
      this.#size = this.#overhead;
      this.#isExpired = lingerMs === 0;
      if (lingerMs > 0) this.#linger = this.#clock.setTimeout(() => this.hurry(), lingerMs);
    }
    const message = this.add(bytes);
    this.#size += bytes.length + this.#overhead;
    this.#gathered.push(message);
    this.#form();
    return message;
  }

  /** Whether a message may come in now. @throws What ended the intake. */
  #makeRoom({ length }: Uint8Array): boolean {
    if (this.#end) throw this.#end.error;
    const hasRoom = (): boolean =>
      this.#fits(length) && (this.bytes === 0 || this.bytes + length <= this.#settings.maxBufferedBytes);
    if (hasRoom()) return true;
    // Nothing can join what was gathered, so it has nothing to linger for.
    this.hurry();
    return hasRoom();
  }

  /** Whether a message of so many bytes may join what was gathered; the first one always may. */
  #fits(bytes: number): boolean {
    const { length } = this.#gathered;
    const { maxBatchBytes, maxBatchMessages } = this.#settings;
    return !length || (length < maxBatchMessages && this.#size + bytes + this.#overhead <= maxBatchBytes);
  }

  #form(): void {
    const isDue = this.#gathered.length > 0 && (this.#isExpired || !this.#fits(1));
    if (isDue && this.#sink.hasRoom) this.#sink.enqueue(this.#release());
  }

  /** Gives up what was gathered. */
  #release(): PendingMessage[] {
    this.#clock.clearTimeout(this.#linger);
    const gathered = this.#gathered;
    this.#gathered = [];
    return gathered;
  }

  readonly #leave = (): void => {
    this.#queued -= 1;
  };

  readonly #settled = ({ bytes, place }: PendingMessage): void => {
    this.count -= 1;
    this.bytes -= bytes.length;
    for (const waiter of this.#waiters) {
      if (place >= waiter.end || --waiter.left > 0) continue;
      waiter.resolve();
      this.#waiters.delete(waiter);
    }
    if (this.#willTell) return;
    this.#willTell = true;
    // Not at once: whoever settles messages is in the middle of something.
    queueMicrotask(() => {
      this.#willTell = false;
      this.#form();
      this.#wake();
    });
  };
}
