/** How often and how patiently something safe to repeat is repeated. */
export interface RetryOptions {
  /** Attempts in all, the first included. `Infinity` never gives up. */
  readonly maxAttempts?: number | undefined;
  /** Upper bound of the first delay, in ms; it doubles with every attempt. The delay itself is random below it. */
  readonly baseDelayMs?: number | undefined;
  /** Upper bound of every delay, in ms; a server's `Retry-After` may ask for more. */
  readonly maxDelayMs?: number | undefined;
}

/** {@link RetryOptions} with every default filled in. */
export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}
