import type { Clock } from "../../shared/clock.ts";
import { ignore } from "../ignore.ts";
import { untilAborted } from "../transport/index.ts";
import type { Batch } from "./batch.ts";
import type { ProducerHost } from "./exchange.ts";
import type { ProducerSettings } from "./options.ts";
import { PendingMessage, settleAll, type Ticket } from "./ticket.ts";

/** Where full batches go. */
export interface BatchSink {
  /** Those that are not settled, in order. */
  readonly batches: readonly Batch[];
  /** Whether another batch may be formed. */
  readonly hasRoom: boolean;
  /** Forms a batch. */
  enqueue(messages: readonly PendingMessage[]): void;
}

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
  readonly #signal: AbortSignal;

  /** Messages accepted and neither acknowledged nor rejected. They are counted, not kept. */
  count = 0;
  /** Their size, without what joining them adds. */
  bytes = 0;
  #accepted = 0;
  /** Resolved when something was settled since, for those who wait for room or for messages; then there is another. */
  #change = Promise.withResolvers<void>();
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
   * @param signal Fires, with what is to be thrown from then on, when {@link Intake.end} is about to be called.
   */
  constructor(
    { codec, clock }: ProducerHost,
    settings: ProducerSettings,
    sink: BatchSink,
    opening: (stand: () => PendingMessage) => Promise<void>,
    signal: AbortSignal,
  ) {
    this.#clock = clock;
    this.#settings = settings;
    this.#sink = sink;
    this.#overhead = codec.overheadBytes;
    this.#signal = signal;
    this.#admission = untilAborted(
      opening(() => this.add()),
      signal,
    ).then(this.#leave, this.#leave);
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
    // Looked at when its turn comes, which may be long after it failed.
    if (encoding instanceof Promise) encoding.catch(ignore);
    this.#queued += 1;
    const admitted = this.#admission.then(async () => {
      const bytes = await untilAborted(encoding, this.#signal);
      while (!this.#makeRoom(bytes)) await this.#change.promise;
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
    const end = this.#accepted;
    const first = (): PendingMessage | undefined => this.#sink.batches[0]?.cargo.messages[0] ?? this.#gathered[0];
    // Both are in order, and what is in a batch came before what is not.
    for (let next = first(); next && next.place < end; next = first()) await this.#change.promise;
  }

  /** Ends the lingering of what was gathered. */
  hurry(): void {
    this.#isExpired = true;
    this.#form();
  }

  /** Rejects what is not in a batch; the signal keeps everything else out. */
  end(error: unknown): void {
    settleAll(this.#release(), Promise.reject(error));
    this.#tell();
  }

  #tell(): void {
    this.#form();
    this.#change.resolve();
    this.#change = Promise.withResolvers();
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
    this.#signal.throwIfAborted();
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

  readonly #settled = ({ bytes }: PendingMessage): void => {
    this.count -= 1;
    this.bytes -= bytes.length;
    if (this.#willTell) return;
    this.#willTell = true;
    // Not at once: whoever settles messages is in the middle of something.
    queueMicrotask(() => {
      this.#willTell = false;
      this.#tell();
    });
  };
}
