/** A promise of the tail: kept once it was reached, broken when reading ended before. */
export class TailSignal {
  readonly #deferred = Promise.withResolvers<void>();
  #isSettled = false;
  #wasMissed = false;

  constructor() {
    // Whoever does not ask must not hear of a broken promise.
    this.#deferred.promise.catch(() => {});
  }

  /** Resolves when the tail was reached. @throws What ended the reading before. */
  get reached(): Promise<void> {
    return this.#deferred.promise;
  }

  /** Whether reading ended before the tail. */
  get wasMissed(): boolean {
    return this.#wasMissed;
  }

  /** The tail was reached. */
  reach(): void {
    this.#isSettled = true;
    this.#deferred.resolve();
  }

  /** Reading ended. @param error Why; an `AbortError` when somebody stopped it. */
  miss(error: unknown): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#wasMissed = true;
    this.#deferred.reject(error ?? new DOMException("The reader stopped before the tail", "AbortError"));
  }
}
