import type { Batch } from "./batch.ts";
import { Interruption } from "./interruption.ts";
import type { Progress } from "./progress.ts";

/**
 * Hands out the messages of batches one by one. What is in memory is handed out without waiting for anything: over a
 * generator, a page of 300,000 messages would take seconds.
 */
export class MessageIterator<Out> implements AsyncIterableIterator<Out, undefined, undefined> {
  readonly #progress: Progress<Out>;
  readonly #batches: AsyncGenerator<Batch<Out>, void, undefined>;
  readonly #stop: AbortController;
  #left: number;
  #batch: readonly Out[] = [];
  #waiting: Promise<void> | undefined;

  /**
   * @param progress Told of what is handed out.
   * @param batches Where the batches come from.
   * @param stop Ends them.
   * @param limit How many messages to hand out at most.
   */
  constructor(
    progress: Progress<Out>,
    batches: AsyncGenerator<Batch<Out>, void, undefined>,
    stop: AbortController,
    limit: number,
  ) {
    this.#progress = progress;
    this.#batches = batches;
    this.#stop = stop;
    this.#left = limit;
  }

  /** The iterator itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next message. Calls that do not wait for one another are answered in order. */
  next(): Promise<IteratorResult<Out, undefined>> {
    if (this.#waiting === undefined && this.#canHand()) return Promise.resolve(this.#hand());
    const before = this.#waiting;
    const result = before === undefined ? this.#pull() : before.then(() => this.#pull());
    const waiting: Promise<void> = result.then(
      () => this.#settle(waiting),
      () => this.#settle(waiting),
    );
    this.#waiting = waiting;
    return result;
  }

  /** Ends the iteration and its request. */
  async return(): Promise<IteratorResult<Out, undefined>> {
    this.#left = 0;
    this.#batch = [];
    this.#stop.abort(new Interruption("cancelled"));
    await this.#batches.return();
    return { done: true, value: undefined };
  }

  async #pull(): Promise<IteratorResult<Out, undefined>> {
    while (!this.#canHand()) {
      if (this.#left <= 0) return this.return();
      this.#batch = [];
      const next = await this.#batches.next();
      if (next.done) return { done: true, value: undefined };
      this.#batch = next.value.messages;
    }
    return this.#hand();
  }

  #canHand(): boolean {
    return this.#left > 0 && this.#batch.length > 0 && this.#progress.hasNext && !this.#stop.signal.aborted;
  }

  #hand(): IteratorResult<Out, undefined> {
    this.#left -= 1;
    const at = this.#progress.hand(1);
    // The progress has a message in line, so there is one here, `undefined` being a value like any other.
    return { done: false, value: this.#batch[at] as Out };
  }

  #settle(waiting: Promise<void>): void {
    if (this.#waiting === waiting) this.#waiting = undefined;
  }
}
