import { ignore } from "../ignore.ts";
import type { Batch } from "./batch.ts";
import type { OutboxBatch, OutboxRecord, ProducerOutbox } from "./outbox/contract.ts";

/** What a journal keeps, and whom it tells when the outbox has answered. */
export interface Journaled {
  /** The session of the next batch to be formed. */
  readonly epoch: number;
  /** The number of the next batch to be formed. */
  readonly nextSeq: number;
  /** What is formed and not settled. */
  readonly batches: readonly Batch[];
  /** The outbox has these now. */
  saved(batches: readonly Batch[]): void;
  /** It has those of them not that it was not told to have before, and may have others that are settled. */
  notSaved(batches: readonly Batch[], error: unknown): void;
}

/** Does work whose promise fails as well when the work throws at once. */
const promised = async <T>(work: () => Promise<T>): Promise<T> => work();

/**
 * Keeps an outbox at the state of a producer. One save at a time; whatever changes meanwhile is covered by one more, so a
 * slow outbox makes for larger steps, not for a queue.
 */
export class Journal {
  readonly #outbox: ProducerOutbox;
  readonly #key: string;
  readonly #kept: Journaled;
  readonly #signal: AbortSignal;
  /** What an earlier producer has left, once the record is ours. */
  readonly opened: Promise<OutboxRecord | undefined>;
  #isStale = false;
  #saving: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  /**
   * Takes possession of the record at once.
   *
   * @param outbox Where to keep the state.
   * @param key Under which name.
   * @param kept What to keep.
   * @param signal Ends it: what the outbox has then, or is about to have, is what it keeps.
   */
  constructor(outbox: ProducerOutbox, key: string, kept: Journaled, signal: AbortSignal) {
    this.#outbox = outbox;
    this.#key = key;
    this.#kept = kept;
    this.#signal = signal;
    this.opened = promised(() => outbox.open(key));
  }

  /** Says that the state is not what it was. */
  changed(): void {
    this.#isStale = true;
    if (!this.#signal.aborted) this.#saving ??= this.#save();
  }

  /** Gives the record up, once, when it is ours and no save is under way. */
  close(): Promise<void> {
    this.#closed ??= this.opened.then(async () => {
      await this.#saving;
      await this.#outbox.close(this.#key);
      // Whoever was refused must not give up what is another producer's.
    }, ignore);
    return this.#closed;
  }

  /** Empties the record, when it is given up and nobody else has it. @returns What it held. */
  async discard(): Promise<readonly OutboxBatch[]> {
    await this.close();
    const record = await this.#outbox.open(this.#key);
    try {
      if (record) await this.#outbox.save(this.#key, { ...record, batches: [] });
    } finally {
      await this.#outbox.close(this.#key);
    }
    return record?.batches ?? [];
  }

  async #save(): Promise<void> {
    while (this.#isStale && !this.#signal.aborted) {
      this.#isStale = false;
      const { epoch, nextSeq, batches } = this.#kept;
      const kept = [...batches];
      try {
        const records = kept.map(({ epoch, seq, cargo: { body, closes } }) => ({ epoch, seq, body, closes }));
        await promised(() => this.#outbox.save(this.#key, { epoch, nextSeq, batches: records }));
        this.#kept.saved(kept);
      } catch (error) {
        this.#kept.notSaved(kept, error);
      }
    }
    this.#saving = undefined;
  }
}
