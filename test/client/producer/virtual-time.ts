import type { Clock } from "../../../src/shared/index.ts";

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly callback: () => void;
}

/** How many rounds of the event loop without any timer mean that nothing will ever happen again. */
const STANDSTILL_ROUNDS = 50;

/** Time that jumps to the next timer whenever everything else has come to rest. */
export class VirtualTime implements Clock {
  #now = 0;
  #order = 0;
  readonly #timers = new Map<unknown, Timer>();

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    this.#order += 1;
    const handle = this.#order;
    this.#timers.set(handle, { callback, dueAt: this.#now + delayMs, order: handle });
    return handle;
  }

  clearTimeout(handle: unknown): void {
    this.#timers.delete(handle);
  }

  /** Waits in this time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.setTimeout(resolve, ms);
    });
  }

  /**
   * Lets time pass until a promise is settled.
   *
   * @throws Error when it never will be.
   */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    promise.then(done, done);
    for (let standstill = 0; !isDone; ) {
      await rest();
      if (isDone) break;
      const next = this.#next();
      if (next === undefined) {
        standstill += 1;
        if (standstill > STANDSTILL_ROUNDS) throw new Error("Nothing will ever happen again: something hangs");
        continue;
      }
      standstill = 0;
      const [handle, { callback, dueAt }] = next;
      this.#timers.delete(handle);
      this.#now = dueAt;
      callback();
    }
    return promise;
  }

  #next(): [unknown, Timer] | undefined {
    let next: [unknown, Timer] | undefined;
    for (const entry of this.#timers) {
      if (next === undefined || entry[1].dueAt < next[1].dueAt) next = entry;
    }
    return next;
  }
}

async function rest(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
