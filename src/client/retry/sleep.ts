import type { Clock } from "../../shared/clock.ts";
import { untilAborted } from "../transport/abort.ts";

/**
 * Waits, unless a signal ends the wait.
 *
 * @param ms How long, in milliseconds; `undefined` waits for somebody else.
 * @param clock Whose time it is.
 * @param signal Ends the wait; the timer and the listener are gone either way.
 * @param onBegin Is given what ends the wait early.
 * @throws The signal's reason, at once when it was aborted before.
 *
 * @example
 * ```ts
 * await sleep(retryDelay(attempt, policy, Math.random), systemClock, signal);
 * ```
 */
export async function sleep(
  ms: number | undefined,
  clock: Clock,
  signal?: AbortSignal | undefined,
  onBegin?: (wake: () => void) => void,
): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = ms === undefined ? undefined : clock.setTimeout(resolve, ms);
  onBegin?.(resolve);
  try {
    await untilAborted(promise, signal);
  } finally {
    clock.clearTimeout(timer);
  }
}
