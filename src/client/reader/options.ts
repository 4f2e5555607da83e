import type { StandardSchemaV1 } from "@standard-schema/spec";
import { withDefaults } from "../defaults.ts";
import { type RetryOptions, type RetryPolicy, resolveRetry } from "../retry/index.ts";
import type { Checkpoint, ReadFrom } from "./checkpoint.ts";
import type { ReaderStatus } from "./events.ts";
import { type PageVisibility, platformVisibility } from "./visibility.ts";

/**
 * How a reader goes on at the tail: not at all, by asking again and again, over an event stream, or whichever of the two
 * works. Text is always read by long-poll with `auto`: an event stream rewrites its line ends.
 */
export type LiveMode = false | "long-poll" | "sse" | "auto";

/** A message that the schema refuses, or a custom `parse`. */
export interface InvalidMessage {
  /** The message as it was parsed; its text where parsing failed. */
  readonly value: unknown;
  /** What is wrong with it. */
  readonly issues: readonly StandardSchemaV1.Issue[];
  /** The position just behind it. */
  readonly checkpoint: Checkpoint;
}

/** What to do about a message that the schema refuses: throw a `SchemaError`, leave it out, or tell a function and leave it out. */
export type OnInvalid = "throw" | "skip" | ((invalid: InvalidMessage) => void | Promise<void>);

/** What went wrong, for {@link OnError}. */
export interface FailureContext {
  /** How many attempts have failed in a row, this one included. */
  readonly attempt: number;
  /** What happens unless the function says otherwise. */
  readonly willRetry: boolean;
}

/** Decides about a failure: try again after a delay, throw, or (`undefined`) what happens by default. */
export type OnError = (
  error: unknown,
  context: FailureContext,
) => "retry" | "throw" | undefined | Promise<"retry" | "throw" | undefined>;

/** What a reader can be told. Everything has a default. */
export interface ReaderOptions {
  /** Where to begin. Default `"start"`. */
  readonly from?: ReadFrom | undefined;
  /** How to go on at the tail. Default `"auto"`. */
  readonly live?: LiveMode | undefined;
  /** Ends each iteration after so many messages, a whole number from 1. Default: none. */
  readonly limit?: number | undefined;
  /** Ends the iteration, which throws the signal's reason, also in the middle of a wait. */
  readonly signal?: AbortSignal | undefined;
  /** What to do about messages that the schema refuses. Default `"throw"`. */
  readonly onInvalid?: OnInvalid | undefined;
  /** Asked about every failure of a request or an answer. Default: what may heal is retried, the rest thrown. */
  readonly onError?: OnError | undefined;
  /** Told what the reader is doing. What it throws ends the iteration. */
  readonly onStatus?: ((status: ReaderStatus) => void) | undefined;
  /** Delays between attempts, and how many fail in a row before the error is thrown. Default: the stream's delays, for ever. */
  readonly retry?: RetryOptions | undefined;
  /** How long the server may keep the reader waiting for a byte, in ms; heartbeats count. Default 45,000. */
  readonly silenceMs?: number | undefined;
  /** With `auto`: how long the first byte of an event stream may take before long-poll is used, in ms. Default 5,000. */
  readonly bufferedAfterMs?: number | undefined;
  /** Whether a live read rests while the tab is hidden. Default `true`. */
  readonly pauseWhenHidden?: boolean | undefined;
  /** The page to watch. Default: the platform's. */
  readonly visibility?: PageVisibility | undefined;
}

/** {@link ReaderOptions} with their defaults, for the parts that need them. */
export interface ReaderSettings {
  readonly live: LiveMode;
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
  readonly onInvalid: OnInvalid;
  readonly onError: OnError;
  readonly onStatus: (status: ReaderStatus) => void;
  readonly silenceMs: number;
  readonly bufferedAfterMs: number;
  readonly pauseWhenHidden: boolean;
  readonly visibility: PageVisibility;
  readonly retry: RetryPolicy;
}

/**
 * Fills in defaults.
 *
 * @param options What the caller asked for.
 * @param retry The stream's own policy.
 * @throws RangeError when a limit or a time is no whole number from 1, nor infinite, or retries cannot be.
 */
export function resolveReaderOptions(options: ReaderOptions, retry: RetryPolicy): ReaderSettings {
  const settings = withDefaults<Omit<ReaderSettings, "retry">>(options, {
    live: "auto",
    limit: Number.POSITIVE_INFINITY,
    signal: undefined,
    onInvalid: "throw",
    onError: () => undefined,
    onStatus: () => {},
    silenceMs: 45_000,
    bufferedAfterMs: 5_000,
    pauseWhenHidden: true,
    visibility: platformVisibility,
  });
  for (const name of ["limit", "silenceMs", "bufferedAfterMs"] as const) {
    const value = settings[name];
    // Written so that NaN is refused as well, and Infinity is whole.
    if (!(value > 0) || value % 1 > 0) throw new RangeError(`${name} cannot be ${value}`);
  }
  return { ...settings, retry: resolveRetry(options.retry, { ...retry, maxAttempts: Number.POSITIVE_INFINITY }) };
}
