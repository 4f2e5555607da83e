import type { Clock } from "../../src/shared/index.ts";

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** A clock that moves only when a test says so. */
export class FakeClock implements Clock {
  #now: number;
  #lastHandle = 0;
  readonly #timers = new Map<number, Timer>();

  /** @param startsAt Milliseconds since the epoch; 2026-01-01T00:00:00Z unless given. */
  constructor(startsAt: number = Date.UTC(2026, 0, 1)) {
    this.#now = startsAt;
  }

  /** How many timers are set and have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): number {
    this.#lastHandle += 1;
    this.#timers.set(this.#lastHandle, { callback, dueAt: this.#now + delayMs });
    return this.#lastHandle;
  }

  clearTimeout(handle: unknown): void {
    if (typeof handle === "number") this.#timers.delete(handle);
  }

  /** Moves time forward, firing what falls due in order of time, and lets what each one woke run to rest. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (let next = this.#nextDue(until); next !== undefined; next = this.#nextDue(until)) {
      const [handle, { callback, dueAt }] = next;
      this.#timers.delete(handle);
      this.#now = Math.max(this.#now, dueAt);
      callback();
      await settled();
    }
    this.#now = until;
    await settled();
  }

  #nextDue(until: number): [number, Timer] | undefined {
    let next: [number, Timer] | undefined;
    for (const entry of this.#timers) {
      if (entry[1].dueAt <= until && (next === undefined || entry[1].dueAt < next[1].dueAt)) next = entry;
    }
    return next;
  }
}

const inFlight = new Set<Promise<unknown>>();

/** Makes {@link settled} wait for an answer from outside, such as a database's. Returns what it is given. */
export function tracked<T>(answer: Promise<T>): Promise<T> {
  inFlight.add(answer);
  const over = (): void => void inFlight.delete(answer);
  answer.then(over, over);
  return answer;
}

/** Resolves when every promise that can go on without outside help, or with {@link tracked} help, has done so. */
export async function settled(): Promise<void> {
  do {
    await Promise.allSettled(inFlight);
    // Microtasks, however many follow from one another, all run before the next macrotask; a stream takes a few of these.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  } while (inFlight.size > 0);
}
