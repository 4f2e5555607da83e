import type { Clock } from "../../shared/clock.ts";
import { untilAborted } from "../transport/abort.ts";

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
export async function sleep(ms: number, clock: Clock, signal?: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  let timer: unknown;
  const nap = new Promise<void>((wake) => {
    timer = clock.setTimeout(wake, ms);
  });
  try {
    await (signal === undefined ? nap : untilAborted(nap, signal));
  } finally {
    clock.clearTimeout(timer);
  }
}
