import type { RetryPolicy } from "./contract.ts";

/** The longest that a server can make a client wait, in ms: a broken `Retry-After` must not park it for days. */
export const MAX_RETRY_AFTER_MS = 300_000;

/**
 * How long to wait before the next attempt.
 *
 * The delay is random below a bound that doubles with every attempt (full jitter), so that clients that failed together
 * do not come back together. A `Retry-After` comes first, up to five minutes of it, and the random part on top.
 *
 * @param attempt Attempts made so far, at least 1.
 * @param policy Bounds of the random part.
 * @param random From 0 up to, not including, 1.
 * @param retryAfterMs What the server asked for, in ms, if it did.
 * @returns Milliseconds.
 *
 * @example
 * ```ts
 * retryDelay(3, { maxAttempts: 5, baseDelayMs: 100, maxDelayMs: 10_000 }, () => 0.5); // 200
 * ```
 */
export function retryDelay(attempt: number, policy: RetryPolicy, random: () => number, retryAfterMs = 0): number {
  // A power that is infinite would make no delay not a number.
  const bound = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** Math.min(attempt - 1, 999));
  const asked = Math.min(Math.max(retryAfterMs, 0), MAX_RETRY_AFTER_MS);
  return asked + Math.floor(random() * bound);
}

/**
 * Reads a `Retry-After` value (RFC 9110 §10.2.3): whole seconds, or a date.
 *
 * @param value The header's value.
 * @param now Milliseconds since the Unix epoch that a date is counted from; best the answer's own `Date`.
 * @returns Milliseconds, at least 0; `undefined` when there is no value or it is neither.
 *
 * @example
 * ```ts
 * parseRetryAfter("2", Date.now()); // 2000
 * ```
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // Some engines read almost anything as a date; every form of an HTTP date begins with the day's name.
  const date = /^[A-Z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
