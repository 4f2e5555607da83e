import { type Clock, systemClock } from "../../../src/shared/index.ts";

/** How many times shorter pauses are. */
const HASTE = 100;

/** Time that goes by only when a test says so, but for pauses, which are a hundredth as long. */
export class HastyClock implements Clock {
  #now: number;

  /** @param startsAt Milliseconds since the epoch; 2026-01-01T00:00:00Z unless given. */
  constructor(startsAt: number = Date.UTC(2026, 0, 1)) {
    this.#now = startsAt;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    return systemClock.setTimeout(callback, delayMs / HASTE);
  }

  clearTimeout(handle: unknown): void {
    systemClock.clearTimeout(handle);
  }

  /** Lets time go by. */
  skip(ms: number): void {
    this.#now += ms;
  }
}
