import type { Batch } from "./batch.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** How far the consumer is: what was handed out, never what merely arrived. */
export class Progress<Out> {
  #settled: Checkpoint | undefined;
  #batch: Batch<Out> | undefined;
  #handed = 0;
  /** Whether everything up to the tail, as last heard of, was handed out. */
  isCaughtUp = false;
  readonly #onCaughtUp: () => void;

  /**
   * @param start Where the reader begins; `undefined` while only the server knows.
   * @param onCaughtUp Called each time that everything up to the tail was handed out.
   */
  constructor(start: Checkpoint | undefined, onCaughtUp: () => void) {
    this.#settled = start;
    this.#onCaughtUp = onCaughtUp;
  }

  /** The position just behind the last message that was handed out. */
  get checkpoint(): Checkpoint | undefined {
    const batch = this.#batch;
    if (batch === undefined || this.#handed === 0) return this.#settled;
    if (!this.hasNext) return batch.checkpoint;
    return { stream: batch.checkpoint.stream, offset: batch.offset, index: batch.ends[this.#handed - 1] ?? 0 };
  }

  /** Whether a message is waiting to be handed out. */
  get hasNext(): boolean {
    return this.#batch !== undefined && this.#handed < this.#batch.messages.length;
  }

  /** Puts a batch in line. */
  hold(batch: Batch<Out>): void {
    this.#batch = batch;
    this.#handed = 0;
    this.isCaughtUp = false;
  }

  /**
   * Hands out up to `count` messages of the batch in line, in order.
   *
   * @returns Where they begin in the batch.
   */
  hand(count: number): number {
    const from = this.#handed;
    this.#handed = Math.min(from + count, this.#batch?.messages.length ?? 0);
    if (!this.hasNext && this.#batch?.upToDate) this.catchUp(true);
    return from;
  }

  /**
   * Goes on without a message: behind a page, over messages left out, to a resolved `now`. What was not handed out is
   * forgotten; it will be read again.
   */
  settle(checkpoint = this.checkpoint): void {
    this.#settled = checkpoint;
    this.#batch = undefined;
  }

  /** Says whether the tail was reached with nothing left to hand out. */
  catchUp(isCaughtUp: boolean): void {
    this.isCaughtUp = isCaughtUp;
    if (isCaughtUp) this.#onCaughtUp();
  }
}
