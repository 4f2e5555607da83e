import { type Clock, isStreamError, UnavailableError } from "../../../shared/index.ts";
import { Backoff } from "./backoff.ts";

/** Where retries get time and randomness from. */
export interface RetryHost {
  readonly clock: Clock;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Races a transaction may lose. Each lost one means that another commit went through. */
const MAX_CONFLICTS = 40;
/** Calls to the storage that may fail without an answer. */
const MAX_FAILURES = 6;
const FIRST_PAUSE_MS = 10;
const LAST_PAUSE_MS = 400;

/** Counts what goes wrong in one operation on a remote storage, and paces what comes next. */
export class Retries {
  readonly #backoff: Backoff;
  #conflicts = 0;
  #failures = 0;

  constructor(host: RetryHost) {
    this.#backoff = new Backoff({ ...host, firstMs: FIRST_PAUSE_MS, maxMs: LAST_PAUSE_MS });
  }

  /** Waits after a lost race. @throws UnavailableError after too many: nothing was changed. */
  async conflict(): Promise<void> {
    this.#conflicts += 1;
    if (this.#conflicts > MAX_CONFLICTS) {
      throw new UnavailableError({ retryAfterSeconds: 1 }, { detail: "Too many writers contend for the stream" });
    }
    await this.#backoff.pause();
  }

  /**
   * Waits after a call that failed.
   *
   * @param inDoubt Whether something may have been written.
   * @throws after too many: UnavailableError, or the failure itself if it is unknown whether something was written.
   */
  async failure(error: unknown, inDoubt: boolean): Promise<void> {
    if (isStreamError(error)) throw error;
    this.#failures += 1;
    if (this.#failures <= MAX_FAILURES) return this.#backoff.pause();
    if (inDoubt) throw error;
    throw new UnavailableError({ retryAfterSeconds: 1 }, { detail: "The storage does not answer", cause: error });
  }
}

/** Runs something that may be run twice until the storage answers. @throws UnavailableError when it does not. */
export async function retried<T>(host: RetryHost, operation: () => Promise<T>): Promise<T> {
  const retries = new Retries(host);
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      await retries.failure(error, false);
    }
  }
}
