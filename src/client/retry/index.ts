export type { RetryOptions, RetryPolicy } from "./contract.ts";
export { MAX_RETRY_AFTER_MS, parseRetryAfter, retryDelay } from "./delay.ts";
export { DEFAULT_RETRY, resolveRetry } from "./policy.ts";
export { type RepeatOptions, repeat } from "./repeat.ts";
export { sleep } from "./sleep.ts";
export { isRefusedForNow, isTransient, retryAfterMsOf, type TransientError } from "./transient.ts";
