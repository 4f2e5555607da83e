import { setTimeout as delay } from "node:timers/promises";

const MOST_ATTEMPTS = 10;
const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 5_000;

/** The server's answer was not the one hoped for. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  /** The answer's status. */
  readonly status: number;
  /** How long the server asked to wait, in ms; 0 when it did not. */
  readonly retryAfterMs: number;

  constructor(response: Response, body: string) {
    super(`${response.status} ${response.statusText}: ${body.slice(0, 500)}`);
    this.status = response.status;
    this.retryAfterMs = Number(response.headers.get("Retry-After") ?? 0) * 1_000 || 0;
  }
}

/** Repeats what may be repeated, and counts how often that was needed. */
export class Retries {
  /** How many attempts were repetitions. */
  count = 0;

  /**
   * Runs an operation until it succeeds, fails for good, or has failed ten times.
   *
   * Only for what is safe to repeat: reads, a create (idempotent by the protocol), and a write that carries its producer's
   * sequence number. Waits longer after each failure, a random part of it, so that many clients do not return together.
   *
   * @param operation - Throws a TypeError (fetch: no answer, or one that broke off) or a {@link RefusedError} with 429 or
   * 5xx when another attempt may succeed.
   * @returns What the operation returns.
   * @throws What the last attempt threw.
   */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await operation();
      } catch (error) {
        if (attempt === MOST_ATTEMPTS || !mayHeal(error)) {
          throw error;
        }
        this.count += 1;
        await delay(Math.max(backoff(attempt), error instanceof RefusedError ? error.retryAfterMs : 0));
      }
    }
  }
}

/**
 * Passes on a good answer.
 *
 * @param response - Any answer.
 * @returns The same, when its status is 2xx.
 * @throws RefusedError otherwise.
 */
export async function accepted(response: Response): Promise<Response> {
  if (response.ok) {
    return response;
  }
  throw new RefusedError(response, await response.text());
}

function mayHeal(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof RefusedError && (error.status === 429 || error.status >= 500));
}

function backoff(attempt: number): number {
  return Math.random() * Math.min(FIRST_DELAY_MS * 2 ** attempt, LONGEST_DELAY_MS);
}
