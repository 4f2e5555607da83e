interface Waiter {
  /** How many messages must have been settled. */
  target: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** Counts messages in and out, and wakes whoever waits for all that came in before. */
export class Settlement {
  #accepted = 0;
  #settled = 0;
  #waiters: Waiter[] = [];

  /** Messages accepted and not settled. */
  get pending(): number {
    return this.#accepted - this.#settled;
  }

  /** Counts messages in. */
  accept(count: number): void {
    this.#accepted += count;
  }

  /** Counts out the messages that came first. */
  settle(count: number): void {
    this.#settled += count;
    const reached = this.#waiters.filter(({ target }) => target <= this.#settled);
    this.#waiters = this.#waiters.filter(({ target }) => target > this.#settled);
    for (const waiter of reached) waiter.resolve();
  }

  /**
   * Counts out messages that did not come first.
   *
   * @param ahead Pending messages that came before them.
   * @param count How many.
   */
  withdraw(ahead: number, count: number): void {
    const from = this.#settled + ahead;
    this.#accepted -= count;
    for (const waiter of this.#waiters) {
      if (waiter.target > from) waiter.target = Math.max(from, waiter.target - count);
    }
    this.settle(0);
  }

  /** Resolves when everything accepted so far is settled. @throws What {@link Settlement.fail} is given. */
  reached(): Promise<void> {
    if (this.pending === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ target: this.#accepted, resolve, reject });
    });
  }

  /** Nothing will be settled any more. */
  fail(error: unknown): void {
    this.#settled = this.#accepted;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }
}
