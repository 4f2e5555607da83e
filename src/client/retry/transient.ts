import { RateLimitedError, UnavailableError } from "../../shared/errors/access-errors.ts";
import { TransportError } from "../../shared/errors/client-errors.ts";

/** What may go away by itself: no answer, 429, 5xx. */
export type TransientError = RateLimitedError | TransportError | UnavailableError;

/**
 * Says whether what failed may succeed later without any change. It does not say that repeating is safe: after a
 * {@link TransportError} or an {@link UnavailableError} the request may have had its effect.
 *
 * @param error Whatever was thrown.
 *
 * @example
 * ```ts
 * if (!isTransient(error)) throw error;
 * ```
 */
export function isTransient(error: unknown): error is TransientError {
  return error instanceof TransportError || isRefusedForNow(error) || error instanceof UnavailableError;
}

/** Says whether the server answered 429: nothing was done, and may be done later. */
export function isRefusedForNow(error: unknown): error is RateLimitedError {
  return error instanceof RateLimitedError;
}

/**
 * What the server asked for with `Retry-After`.
 *
 * @param error Whatever was thrown.
 * @returns Milliseconds, 0 when it asked for nothing.
 */
export function retryAfterMsOf(error: unknown): number {
  const asks = isRefusedForNow(error) || error instanceof UnavailableError;
  return asks ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
}
