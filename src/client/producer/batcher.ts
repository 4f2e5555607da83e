import type { MessageCodec } from "../codec/contract.ts";
import type { PendingMessage } from "./ticket.ts";

/** How much goes into one body. */
export interface BatchLimits {
  /** Bytes, with what joining adds. */
  readonly maxBatchBytes: number;
  readonly maxBatchMessages: number;
}

/** Bytes that joining adds to the first message of a body, and to each further one. */
interface JoinOverhead {
  readonly first: number;
  readonly further: number;
}

/** Asked of `join` itself, because the codec's own figure is an upper bound and a limit here is exact. */
function overheadOf(codec: Pick<MessageCodec<unknown, never>, "join">): JoinOverhead {
  const byte = new Uint8Array(1);
  const one = codec.join([byte]).length;
  return { first: one - 1, further: codec.join([byte, byte]).length - one - 1 };
}

/** Gathers messages until they are due as one body: when it is full, has lingered long enough, or somebody flushes. */
export class Batcher {
  readonly #limits: BatchLimits;
  readonly #overhead: JoinOverhead;
  #messages: PendingMessage[] = [];
  #bytes = 0;
  #expired = false;

  /**
   * @param codec What will join the messages.
   * @param limits When a batch is full.
   */
  constructor(codec: Pick<MessageCodec<unknown, never>, "join">, limits: BatchLimits) {
    this.#limits = limits;
    this.#overhead = overheadOf(codec);
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
    return this.#messages.length < maxBatchMessages && this.#bytes + bytes + this.#overhead.further <= maxBatchBytes;
  }

  /** Takes in a message that {@link Batcher.fits}. */
  add(message: PendingMessage): void {
    this.#bytes += message.bytes.length + (this.isEmpty ? this.#overhead.first : this.#overhead.further);
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
    this.#bytes = 0;
    this.#expired = false;
    return messages;
  }
}
