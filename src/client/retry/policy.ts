import { withDefaults } from "../defaults.ts";
import type { RetryOptions, RetryPolicy } from "./contract.ts";

/** What a handle repeats with unless told otherwise: five attempts within about six seconds. */
export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 5, baseDelayMs: 200, maxDelayMs: 20_000 };

/**
 * Fills in what retry options leave open.
 *
 * @param options What the caller asked for; an option that is missing or `undefined` keeps its default.
 * @param defaults What holds otherwise.
 * @throws RangeError when there are fewer than one attempt, or a delay is negative or no number.
 *
 * @example
 * ```ts
 * resolveRetry({ maxAttempts: Infinity }, DEFAULT_RETRY);
 * ```
 */
export function resolveRetry(options: RetryOptions | undefined, defaults: RetryPolicy): RetryPolicy {
  const policy = withDefaults(options, defaults);
  // Written so that NaN is refused as well.
  if (policy.maxAttempts >= 1 && policy.baseDelayMs >= 0 && policy.maxDelayMs >= 0) return policy;
  throw new RangeError("A retry option is out of its range");
}
