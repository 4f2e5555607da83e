import { type Clock, type CursorOptions, systemClock } from "../../shared/index.ts";

/** Whether shared caches may keep pages of streams: `Cache-Control: private` or `public` (PROTOCOL.md §10.1). */
export type Visibility = "private" | "public";

/** Limits, durations and hooks of everything behind the door: what a `StreamObject` and a plain handler have in common. */
export interface RequestCoreOptions {
  /** Who may cache pages. Default `"private"`. */
  readonly visibility?: Visibility | undefined;
  /** Largest request body in bytes; a larger one is refused with 413. Default 16 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Largest page of one answer in stored bytes; one larger message still comes whole. Default 64 MiB. */
  readonly maxReadBytes?: number | undefined;
  /** How long a long-poll waits, in ms. Default 20,000. */
  readonly longPollTimeoutMs?: number | undefined;
  /** After how much silence an SSE connection carries a heartbeat comment, in ms, give or take a sixth. Default 15,000. */
  readonly sseHeartbeatMs?: number | undefined;
  /** Age at which an SSE connection is ended for the client to reconnect, in ms, give or take. Default 60,000. */
  readonly sseRotateMs?: number | undefined;
  /** Largest SSE event in stored bytes; one larger message, or character, still comes whole. Default 256 KiB. */
  readonly sseBatchBytes?: number | undefined;
  /** Length of a cursor interval in seconds (PROTOCOL.md §10.1). Default 20. */
  readonly cursorIntervalSeconds?: number | undefined;
  /** Start of cursor interval 0. Default 2024-10-09T00:00:00Z. */
  readonly cursorEpoch?: Date | undefined;
  /** Source of time and timers. Default: the platform's. */
  readonly clock?: Clock | undefined;
  /** Source of cursor jitter: a number from 0 up to, not including, 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /**
   * Told of every error that is not part of the protocol's vocabulary; the client gets a 500 without its details. What
   * it throws itself goes to `console.error`. Default `console.error`.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

type Settled<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** {@link RequestCoreOptions} with every default filled in. */
export interface CoreSettings extends Settled<Omit<RequestCoreOptions, "cursorIntervalSeconds" | "cursorEpoch">> {
  /** How cursors count time, as the functions of the shared core take it. */
  readonly cursor: CursorOptions;
}

const MIB = 1024 * 1024;
/** Default of `maxBodyBytes`. */
export const DEFAULT_MAX_BODY_BYTES: number = 16 * MIB;
/** Timers of every platform hold at most 31 bits of milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Where unexpected errors go unless an option says otherwise. */
export const reportToConsole = (error: unknown): void => {
  console.error(error);
};

/**
 * A reporter that never throws: a hook that fails must not cost the client its answer, nor leave a reader behind.
 *
 * @param onError The hook; `undefined` is {@link reportToConsole}.
 *
 * @example
 * ```ts
 * const report = safeReporter(options.onError);
 * report(new Error("The store promised another length"));
 * ```
 */
export function safeReporter(onError: ((error: unknown) => void) | undefined): (error: unknown) => void {
  if (onError === undefined) return reportToConsole;
  return (error) => {
    try {
      onError(error);
    } catch (failure) {
      reportToConsole(failure);
    }
  };
}

/**
 * Fills in defaults.
 *
 * @throws RangeError when a size is not a positive whole number, or a duration is not from 1 to 2^31 - 1 ms.
 */
export function resolveCoreSettings(options: RequestCoreOptions = {}): CoreSettings {
  return {
    visibility: options.visibility ?? "private",
    maxBodyBytes: size("maxBodyBytes", options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES),
    maxReadBytes: size("maxReadBytes", options.maxReadBytes ?? 64 * MIB),
    longPollTimeoutMs: duration("longPollTimeoutMs", options.longPollTimeoutMs ?? 20_000),
    sseHeartbeatMs: duration("sseHeartbeatMs", options.sseHeartbeatMs ?? 15_000),
    sseRotateMs: duration("sseRotateMs", options.sseRotateMs ?? 60_000),
    sseBatchBytes: size("sseBatchBytes", options.sseBatchBytes ?? MIB / 4),
    cursor: { intervalSeconds: options.cursorIntervalSeconds, epoch: options.cursorEpoch },
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    onError: safeReporter(options.onError),
  };
}

/**
 * Checks an option that is a number of bytes.
 *
 * @throws RangeError when it is not a whole number, or smaller than `least`.
 */
export function size(name: string, bytes: number, least = 1): number {
  if (Number.isSafeInteger(bytes) && bytes >= least) return bytes;
  throw new RangeError(`${name} must be a whole number of bytes, ${least} or more, not ${bytes}`);
}

function duration(name: string, ms: number): number {
  if (ms >= 1 && ms <= MAX_TIMER_MS) return ms;
  throw new RangeError(`${name} must be from 1 to ${MAX_TIMER_MS} milliseconds, not ${ms}`);
}
