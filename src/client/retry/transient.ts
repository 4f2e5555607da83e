import type { RateLimitedError, TransportError, UnavailableError } from "../../shared/errors/index.ts";

/** What may go away by itself: no answer, 429, 5xx. */
export type TransientError = RateLimitedError | TransportError | UnavailableError;

const TRANSIENT_TAGS: readonly unknown[] = ["RateLimitedError", "TransportError", "UnavailableError"];

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
  // By tag: the shared guard would bring the whole table of errors into the client.
  return error instanceof Error && "_tag" in error && TRANSIENT_TAGS.includes(error._tag);
}

/**
 * What the server asked for with `Retry-After`.
 *
 * @param error Whatever was thrown.
 * @returns Milliseconds, or `undefined` when it asked for nothing.
 */
export function retryAfterMsOf(error: unknown): number | undefined {
  if (!isTransient(error) || error._tag === "TransportError") return undefined;
  return error.retryAfterSeconds === undefined ? undefined : error.retryAfterSeconds * 1000;
}
