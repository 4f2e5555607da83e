import type { Batch } from "./batch.ts";
import type { OutboxBatch, OutboxRecord, ProducerOutbox } from "./outbox/contract.ts";
import type { Window } from "./window.ts";

/** What a journal tells when the outbox has answered. */
export interface JournalListener {
  /** The outbox has these now. */
  saved(batches: readonly Batch[]): void;
  /** It has them not, or does not know that others are settled. */
  notSaved(batches: readonly Batch[], error: unknown): void;
}

/**
 * Keeps an outbox at the state of a window. One save at a time; whatever changes meanwhile is covered by one more, so a
 * slow outbox makes for larger steps, not for a queue.
 */
export class Journal {
  readonly #outbox: ProducerOutbox;
  readonly #key: string;
  readonly #window: Window;
  readonly #listener: JournalListener;
  #state: "idle" | "saving" | "stale" | "frozen" = "idle";
  #saves: Promise<void> = Promise.resolve();
  /** Whether the record became ours; settles with what the outbox answers. */
  #isOwner: Promise<boolean> = Promise.resolve(false);
  #closed: Promise<void> | undefined;

  /**
   * @param outbox Where to keep the state.
   * @param key Under which name.
   * @param window What to keep.
   * @param listener Whom to tell.
   */
  constructor(outbox: ProducerOutbox, key: string, window: Window, listener: JournalListener) {
    this.#outbox = outbox;
    this.#key = key;
    this.#window = window;
    this.#listener = listener;
  }

  /** Takes possession of what an earlier producer has left. */
  open(): Promise<OutboxRecord | undefined> {
    const opening = this.#outbox.open(this.#key);
    this.#isOwner = opening.then(
      () => true,
      () => false,
    );
    return opening;
  }

  /** Says that the window is not what it was. */
  changed(): void {
    if (this.#state === "idle") this.#saves = this.#save();
    else if (this.#state === "saving") this.#state = "stale";
  }

  /** Saves nothing more: what the outbox has, or is about to have, is what it keeps. */
  freeze(): void {
    this.#state = "frozen";
  }

  /** Gives the record up, once, when it is ours and no save is under way. */
  close(): Promise<void> {
    this.#closed ??= this.#giveUp();
    return this.#closed;
  }

  async #giveUp(): Promise<void> {
    // Whoever was refused must not give up what is another producer's.
    if (!(await this.#isOwner)) return;
    await this.#saves;
    await this.#outbox.close(this.#key);
  }

  async #save(): Promise<void> {
    for (this.#state = "stale"; this.#is("stale"); ) {
      this.#state = "saving";
      const { epoch, nextSeq, batches } = this.#window;
      const kept = [...batches];
      try {
        await this.#outbox.save(this.#key, { epoch, nextSeq, batches: kept.map(recordOf) });
        this.#listener.saved(kept);
      } catch (error) {
        this.#listener.notSaved(kept, error);
      }
    }
    if (this.#is("saving")) this.#state = "idle";
  }

  #is(state: "saving" | "stale"): boolean {
    return this.#state === state;
  }
}

function recordOf({ epoch, seq, cargo }: Batch): OutboxBatch {
  return { epoch, seq, body: cargo.body, closes: cargo.closes };
}
