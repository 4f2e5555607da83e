import type { Offset } from "../../shared/brands.ts";

/** Proof that a message is durable. */
export interface Acknowledgement {
  /**
   * Where the stream ended when the server acknowledged the batch. The message lies before it; for a batch that was
   * stored earlier than its answer came, other writers' messages may lie between.
   */
  readonly offset: Offset;
  /** Epoch in which the message was stored. */
  readonly epoch: number;
  /** Sequence number of the batch that carried it. */
  readonly seq: number;
}

/** What `submit` gives for a message that was accepted into the buffer. */
export interface Ticket {
  /**
   * Resolves when the message is durable. Rejects with what made the producer fail, with the reason of an `abort`, with
   * an `AmbiguousAppendError`, or with what the outbox threw. Nobody has to look at it: a rejection is told to `flush`
   * and `close` as well, and is never an unhandled one.
   */
  readonly acknowledged: Promise<Acknowledgement>;
}

/** What became of a message. */
export type Outcome = { readonly acknowledgement: Acknowledgement } | { readonly error: unknown };

const NO_BYTES = new Uint8Array(0);
const ignore = (): void => {};

/**
 * A message on its way, and its ticket. A hundred thousand may be on their way, and few of their tickets are looked at:
 * a promise is made for those alone.
 */
export class PendingMessage implements Ticket {
  /** Its place among all that were accepted, from 0. */
  readonly place: number;
  readonly #onSettled: (message: PendingMessage) => void;
  #bytes: Uint8Array;
  #outcome: Outcome | undefined;
  #deferred: PromiseWithResolvers<Acknowledgement> | undefined;

  /**
   * @param bytes Its encoded form.
   * @param place Its place among all that were accepted.
   * @param onSettled Called once, when it is acknowledged or rejected.
   */
  constructor(bytes: Uint8Array, place: number, onSettled: (message: PendingMessage) => void) {
    this.#bytes = bytes;
    this.place = place;
    this.#onSettled = onSettled;
  }

  /** As encoded when it was submitted; sent again they are the same. None for what only stands for a batch. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get acknowledged(): Promise<Acknowledgement> {
    if (this.#deferred === undefined) {
      this.#deferred = Promise.withResolvers();
      this.#deferred.promise.catch(ignore);
      this.#tell();
    }
    return this.#deferred.promise;
  }

  /** Says what became of it; only the first word counts. */
  settle(outcome: Outcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#tell();
    this.#onSettled(this);
    // Whoever keeps tickets keeps no messages.
    this.#bytes = NO_BYTES;
  }

  #tell(): void {
    const outcome = this.#outcome;
    if (outcome === undefined) return;
    if ("error" in outcome) this.#deferred?.reject(outcome.error);
    else this.#deferred?.resolve(outcome.acknowledgement);
  }
}

/** Somebody who waits for the messages before some place. */
interface Waiter {
  readonly end: number;
  left: number;
  done(): void;
}

/** The messages accepted and neither acknowledged nor rejected. They are counted, not kept. */
export class PendingMessages {
  readonly #onSettled: () => void;
  #waiters: Waiter[] = [];
  #accepted = 0;
  #count = 0;
  #bytes = 0;
  #willTell = false;

  /** @param onSettled Is called soon after there are fewer; once for all that an answer settles. */
  constructor(onSettled: () => void) {
    this.#onSettled = onSettled;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Their size, without what joining them adds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a message in and gives it a ticket. Without bytes, it stands for a batch whose messages nobody waits for. */
  add(bytes: Uint8Array = NO_BYTES): PendingMessage {
    this.#count += 1;
    this.#bytes += bytes.length;
    return new PendingMessage(bytes, this.#accepted++, this.#forget);
  }

  /** Resolves when all that there are now are settled, whatever becomes of them. */
  async settled(): Promise<void> {
    if (this.#count === 0) return;
    const { promise, resolve: done } = Promise.withResolvers<void>();
    this.#waiters.push({ end: this.#accepted, left: this.#count, done });
    await promise;
  }

  readonly #forget = ({ bytes, place }: PendingMessage): void => {
    this.#count -= 1;
    this.#bytes -= bytes.length;
    for (const waiter of this.#waiters) {
      if (place < waiter.end && --waiter.left === 0) waiter.done();
    }
    if (this.#willTell) return;
    this.#willTell = true;
    // Not at once: whoever settles messages is in the middle of something.
    queueMicrotask(() => {
      this.#willTell = false;
      this.#waiters = this.#waiters.filter(({ left }) => left > 0);
      this.#onSettled();
    });
  };
}
