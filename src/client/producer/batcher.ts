import type { PendingMessage } from "./ticket.ts";

/** How much goes into one body. */
export interface BatchLimits {
  /** Bytes, with what joining adds. */
  readonly maxBatchBytes: number;
  readonly maxBatchMessages: number;
}

/** Gathers messages until they are due as one body: when it is full, has lingered long enough, or somebody flushes. */
export class Batcher {
  readonly #limits: BatchLimits;
  readonly #overhead: number;
  #messages: PendingMessage[] = [];
  /** Size of the body that what has been gathered would make. */
  #bytes: number;
  #expired = false;

  /**
   * @param overheadBytes What joining adds for each message, and once more.
   * @param limits When a batch is full.
   */
  constructor(overheadBytes: number, limits: BatchLimits) {
    this.#limits = limits;
    this.#overhead = overheadBytes;
    this.#bytes = overheadBytes;
  }

  /** Whether nothing has been gathered. */
  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Whether what has been gathered is to leave as soon as it can. */
  get isDue(): boolean {
    return !this.isEmpty && (this.#expired || !this.fits(1));
  }

  /** Whether a message of so many bytes may join; the first one always may. */
  fits(bytes: number): boolean {
    if (this.isEmpty) return true;
    const { maxBatchBytes, maxBatchMessages } = this.#limits;
    return this.#messages.length < maxBatchMessages && this.#bytes + bytes + this.#overhead <= maxBatchBytes;
  }

  /** Takes in a message that {@link Batcher.fits}. */
  add(message: PendingMessage): void {
    this.#bytes += message.bytes.length + this.#overhead;
    this.#messages.push(message);
  }

  /** Ends the lingering of what has been gathered. */
  expire(): void {
    this.#expired = !this.isEmpty;
  }

  /** Hands over what has been gathered and starts anew. */
  take(): PendingMessage[] {
    const messages = this.#messages;
    this.#messages = [];
    this.#bytes = this.#overhead;
    this.#expired = false;
    return messages;
  }
}
