import type { Clock } from "../../shared/clock.ts";

/**
 * Waits, unless a signal ends the wait.
 *
 * @param ms How long, in milliseconds.
 * @param clock Whose time it is.
 * @param signal Ends the wait; the timer and the listener are gone either way.
 * @throws The signal's reason, at once when it was aborted before.
 *
 * @example
 * ```ts
 * await sleep(retryDelay(attempt, policy, Math.random), systemClock, signal);
 * ```
 */
export function sleep(ms: number, clock: Clock, signal?: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const wake = (): void => {
      signal?.removeEventListener("abort", abort);
      resolve();
    };
    const timer = clock.setTimeout(wake, ms);
    const abort = (): void => {
      clock.clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}
