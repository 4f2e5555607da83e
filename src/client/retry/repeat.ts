import type { Clock } from "../../shared/clock.ts";
import type { RetryPolicy } from "./contract.ts";
import { retryDelay } from "./delay.ts";
import { sleep } from "./sleep.ts";
import { retryAfterMsOf } from "./transient.ts";

/** How {@link repeat} repeats. */
export interface RepeatOptions {
  /** How often, and how long between attempts. */
  readonly retry: RetryPolicy;
  /** Whose time it is. */
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** Ends the wait between attempts. */
  readonly signal?: AbortSignal | undefined;
  /** Says whether a failure may be followed by another attempt: both useful and safe. */
  readonly mayRepeat: (error: unknown) => boolean;
}

/**
 * Makes attempts until one succeeds, one fails for good, or there have been enough.
 *
 * @param attempt Makes one attempt; is told how many failed before.
 * @param options How to repeat.
 * @throws What the last attempt threw, or the signal's reason during a wait.
 *
 * @example
 * ```ts
 * const response = await repeat(() => head(), { ...host, mayRepeat: isTransient });
 * ```
 */
export async function repeat<T>(
  attempt: (failed: number) => Promise<T>,
  { retry, clock, random, signal, mayRepeat }: RepeatOptions,
): Promise<T> {
  for (let failed = 0; ; ) {
    try {
      return await attempt(failed);
    } catch (error) {
      failed += 1;
      if (failed >= retry.maxAttempts || !mayRepeat(error)) throw error;
      await sleep(retryDelay(failed, retry, random, retryAfterMsOf(error)), clock, signal);
    }
  }
}
