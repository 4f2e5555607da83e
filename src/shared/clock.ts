/**
 * Time as both halves see it. Everything that waits or expires asks a `Clock`, so tests move time by hand.
 *
 * @example
 * ```ts
 * const frozen: Clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => {} };
 * ```
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `callback` once after about `delayMs` milliseconds and returns a handle for {@link Clock.clearTimeout}. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Forgets a timer. A handle that already fired is ignored. */
  clearTimeout(handle: unknown): void;
}

/** Timers take 32 signed bits; a longer delay would be over at once, and for ever is 25 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The clock of the platform. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS)),
  clearTimeout: (handle) => {
    clearTimeout(handle as ReturnType<typeof setTimeout>);
  },
};
