import type { Offset } from "../../shared/brands.ts";
import { ignore } from "../ignore.ts";

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

const NO_BYTES = new Uint8Array(0);

/**
 * A message on its way, and its ticket. A hundred thousand may be on their way, and few of their tickets are looked at:
 * a promise is made for those alone.
 */
export class PendingMessage implements Ticket {
  /** As encoded when it was submitted; sent again they are the same. None for what only stands for a batch. */
  bytes: Uint8Array;
  readonly #onSettled: (message: PendingMessage) => void;
  #outcome: Promise<Acknowledgement> | undefined;
  #deferred: PromiseWithResolvers<Acknowledgement> | undefined;
  /** Its place among all that were accepted, from 0. */
  readonly place: number;

  /**
   * @param bytes Its encoded form.
   * @param place Its place among all that were accepted.
   * @param onSettled Called once, when it is acknowledged or rejected.
   */
  constructor(bytes: Uint8Array, place: number, onSettled: (message: PendingMessage) => void) {
    this.bytes = bytes;
    this.place = place;
    this.#onSettled = onSettled;
  }

  get acknowledged(): Promise<Acknowledgement> {
    if (this.#outcome) return this.#outcome;
    if (!this.#deferred) {
      this.#deferred = Promise.withResolvers();
      this.#deferred.promise.catch(ignore);
    }
    return this.#deferred.promise;
  }

  /** Says what became of it; only the first word counts. */
  settle(outcome: Promise<Acknowledgement>): void {
    if (this.#outcome) return;
    this.#outcome = outcome;
    this.#deferred?.resolve(outcome);
    this.#onSettled(this);
    // Whoever keeps tickets keeps no messages.
    this.bytes = NO_BYTES;
  }
}

/** Settles messages that share their fate; a rejection need not be looked at. */
export function settleAll(messages: readonly PendingMessage[], outcome: Promise<Acknowledgement>): void {
  outcome.catch(ignore);
  for (const message of messages) message.settle(outcome);
}
