import type { Cursor } from "./brands.ts";

/** The instant from which cursor intervals are counted: 2024-10-09T00:00:00Z (§10.1). */
export const DEFAULT_CURSOR_EPOCH: Date = new Date("2024-10-09T00:00:00.000Z");

/** The length of a cursor interval: 20 seconds (§10.1). */
export const DEFAULT_CURSOR_INTERVAL_SECONDS = 20;

/** How the intervals are laid over time. Servers behind one cache must agree on both settings. */
export interface CursorOptions {
  /** Length of an interval in seconds, above 0; {@link DEFAULT_CURSOR_INTERVAL_SECONDS} unless given. */
  readonly intervalSeconds?: number | undefined;
  /** Start of interval 0, a date or Unix milliseconds; {@link DEFAULT_CURSOR_EPOCH} unless given. */
  readonly epoch?: Date | number | undefined;
  /** The current time in Unix milliseconds; the system clock unless given. */
  readonly now?: number | undefined;
}

/** {@link CursorOptions} and the source of jitter. */
export interface ResponseCursorOptions extends CursorOptions {
  /** Returns a number from 0 up to, but not including, 1; `Math.random` unless given. */
  readonly random?: (() => number) | undefined;
}

const MAX_JITTER_SECONDS = 3600;
const DECIMAL = /^\d+$/;

function intervalOf(options: CursorOptions): number {
  const interval = options.intervalSeconds ?? DEFAULT_CURSOR_INTERVAL_SECONDS;
  if (!(interval > 0 && interval < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`A cursor interval must be a positive number of seconds, not ${interval}`);
  }
  return interval;
}

function currentInterval(options: CursorOptions): number {
  const elapsed = (options.now ?? Date.now()) - Number(options.epoch ?? DEFAULT_CURSOR_EPOCH);
  if (!Number.isFinite(elapsed)) throw new RangeError("A cursor needs a finite time and epoch");
  // A clock before the epoch counts as interval 0: a cursor has no sign.
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.floor(elapsed / (intervalOf(options) * 1000))));
}

function mint(interval: number): Cursor {
  // Minting is the one place where a plain string becomes a Cursor.
  return String(interval) as Cursor;
}

/**
 * The cursor of the current interval (§10.1).
 *
 * @returns The number of the interval, from 0, in decimal digits.
 * @throws RangeError when the interval is not a positive number, or the time or epoch is not finite.
 *
 * @example
 * ```ts
 * calculateCursor({ now: Date.parse("2024-10-09T00:01:00Z") }); // "3"
 * ```
 */
export function calculateCursor(options: CursorOptions = {}): Cursor {
  return mint(currentInterval(options));
}

/**
 * The cursor of a live answer: the current interval, or, for a reader that already holds that cursor or a later one, a
 * greater one, so that no cache can answer the reader from its own past for ever (§10.1).
 *
 * The step forward is 1 to 3600 random seconds counted in intervals, and at least one interval.
 * A cursor that is not decimal digits, or is above 2^53 - 1, was not minted here and counts as absent. The answer never
 * exceeds 2^53 - 1, so a reader that sends exactly that (billions of years ahead) gets it back.
 *
 * @param clientCursor The `cursor` query parameter, when the request has one.
 * @throws RangeError when the interval is not a positive number, or the time or epoch is not finite.
 *
 * @example
 * ```ts
 * generateResponseCursor(url.searchParams.get("cursor") ?? undefined);
 * ```
 */
export function generateResponseCursor(clientCursor: string | undefined, options: ResponseCursorOptions = {}): Cursor {
  const current = currentInterval(options);
  if (clientCursor === undefined || !DECIMAL.test(clientCursor)) return mint(current);
  const held = Number(clientCursor);
  if (!Number.isSafeInteger(held) || held < current) return mint(current);
  const random = options.random ?? Math.random;
  const jitterSeconds = 1 + Math.floor(random() * MAX_JITTER_SECONDS);
  const step = Math.max(1, Math.floor(jitterSeconds / intervalOf(options)));
  return mint(held > Number.MAX_SAFE_INTEGER - step ? Number.MAX_SAFE_INTEGER : held + step);
}
