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

/** A message on its way: its bytes, and how to tell its ticket. */
export interface PendingMessage {
  /** As encoded when it was submitted; sent again they are the same. None for what only stands for a batch. */
  readonly bytes: Uint8Array;
  readonly ticket: Ticket;
  resolve(acknowledgement: Acknowledgement): void;
  reject(error: unknown): void;
}

const NO_BYTES = new Uint8Array(0);

/** The messages accepted and neither acknowledged nor rejected. */
export class PendingMessages {
  readonly #messages = new Set<PendingMessage>();
  readonly #onSettled: () => void;
  #bytes = 0;

  /** @param onSettled Is called whenever there is one less. */
  constructor(onSettled: () => void) {
    this.#onSettled = onSettled;
  }

  /** How many there are. */
  get count(): number {
    return this.#messages.size;
  }

  /** Their size, without what joining them adds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a message in and gives it a ticket. Without bytes, it stands for a batch whose messages nobody waits for. */
  add(bytes: Uint8Array = NO_BYTES): PendingMessage {
    const { promise: acknowledged, resolve, reject } = Promise.withResolvers<Acknowledgement>();
    const settle = (): void => {
      this.#messages.delete(message);
      this.#bytes -= bytes.length;
      this.#onSettled();
    };
    const message: PendingMessage = { bytes, ticket: { acknowledged }, resolve, reject };
    // Told here, a ticket that nobody looks at does not take the process down either.
    acknowledged.then(settle, settle);
    this.#messages.add(message);
    this.#bytes += bytes.length;
    return message;
  }

  /** Resolves when all that there are now are settled, whatever becomes of them. */
  async settled(): Promise<void> {
    await Promise.allSettled(Array.from(this.#messages, ({ ticket }) => ticket.acknowledged));
  }
}
