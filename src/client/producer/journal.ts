import type { Batch } from "./batch.ts";
import type { OutboxRecord, ProducerOutbox } from "./outbox/contract.ts";

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
  /** It has them not, or does not know that others are settled. */
  notSaved(batches: readonly Batch[], error: unknown): void;
}

/**
 * Keeps an outbox at the state of a producer. One save at a time; whatever changes meanwhile is covered by one more, so a
 * slow outbox makes for larger steps, not for a queue.
 */
export class Journal {
  readonly #outbox: ProducerOutbox;
  readonly #key: string;
  readonly #kept: Journaled;
  #isStale = false;
  #isFrozen = false;
  #saving: Promise<void> | undefined;
  #opening: Promise<unknown> | undefined;
  #closed: Promise<void> | undefined;

  /**
   * @param outbox Where to keep the state.
   * @param key Under which name.
   * @param kept What to keep.
   */
  constructor(outbox: ProducerOutbox, key: string, kept: Journaled) {
    this.#outbox = outbox;
    this.#key = key;
    this.#kept = kept;
  }

  /** Takes possession of what an earlier producer has left. */
  open(): Promise<OutboxRecord | undefined> {
    const opening = this.#outbox.open(this.#key);
    this.#opening = opening;
    return opening;
  }

  /** Says that the state is not what it was. */
  changed(): void {
    this.#isStale = true;
    if (!this.#isFrozen) this.#saving ??= this.#save();
  }

  /** Saves nothing more: what the outbox has, or is about to have, is what it keeps. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** Gives the record up, once, when it is ours and no save is under way. */
  close(): Promise<void> {
    this.#closed ??= this.#giveUp();
    return this.#closed;
  }

  async #giveUp(): Promise<void> {
    try {
      await this.#opening;
    } catch {
      // Whoever was refused must not give up what is another producer's.
      return;
    }
    await this.#saving;
    await this.#outbox.close(this.#key);
  }

  async #save(): Promise<void> {
    while (this.#isStale && !this.#isFrozen) {
      this.#isStale = false;
      const { epoch, nextSeq, batches } = this.#kept;
      const kept = [...batches];
      try {
        const records = kept.map(({ epoch, seq, cargo: { body, closes } }) => ({ epoch, seq, body, closes }));
        await this.#outbox.save(this.#key, { epoch, nextSeq, batches: records });
        this.#kept.saved(kept);
      } catch (error) {
        this.#kept.notSaved(kept, error);
      }
    }
    this.#saving = undefined;
  }
}
