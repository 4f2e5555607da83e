import type { Framing } from "../codec/index.ts";
import type { ReadVia } from "./events.ts";
import type { LiveMode } from "./options.ts";
import type { Mark } from "./steps.ts";

/** What the next request is, and why. A state never changes; each answer leads to another one. */
export interface ReaderState {
  /** How to read; `end` when there is nothing more to read for. */
  readonly via: ReadVia | "end";
  /** The last cursor, for live requests (PROTOCOL.md §10.1). */
  readonly cursor: string | undefined;
  /** Whether the stream is closed and read to its end. */
  readonly closed: boolean;
  /** Whether event streams do not get through, so that `auto` means long-poll from now on. */
  readonly noEvents: boolean;
}

/** Every read begins with pages: they are cached, large, and the only ones that bring text byte for byte. */
export const INITIAL_STATE: ReaderState = { via: "catch-up", cursor: undefined, closed: false, noEvents: false };

/** What decides how the tail is followed. */
export interface LiveFacts {
  readonly live: LiveMode;
  readonly framing: Framing;
  /** Whether the place is an offset, with nothing to skip behind it and no half character before it. */
  readonly isExact: boolean;
}

/** How to follow the tail; `end` when it is not to be followed. */
function liveVia(noEvents: boolean, { live, framing, isExact }: LiveFacts): ReadVia | "end" {
  if (live === false) return "end";
  if (live === "long-poll") return live;
  if (live === "auto" && (noEvents || framing === "text")) return "long-poll";
  // Text in events cannot be counted in the stream's bytes, so nothing could be skipped there.
  return framing === "text" && !isExact ? "long-poll" : "sse";
}

/** The server said where the reader stands; whatever becomes of the answer, live requests echo its cursor. */
export function afterMark(state: ReaderState, { cursor = state.cursor }: Mark): ReaderState {
  return cursor === state.cursor ? state : { ...state, cursor };
}

/**
 * An answer was read to its end.
 *
 * @param mark The last one it brought; `undefined` when an event stream ended without any.
 */
export function afterAnswer(state: ReaderState, mark: Mark | undefined, facts: LiveFacts): ReaderState {
  if (mark?.closed) return { ...state, via: "end", closed: true };
  const isTail = state.via !== "catch-up" || mark?.upToDate;
  return { ...state, via: isTail ? liveVia(state.noEvents, facts) : "catch-up" };
}

/** A request failed, or was given up: the next one goes the same way unless the place no longer allows it. */
export function afterFailure(state: ReaderState, facts: LiveFacts): ReaderState {
  return state.via === "catch-up" ? state : { ...state, via: liveVia(state.noEvents, facts) };
}

/** Nobody read for a while: what was missed comes in pages. */
export function afterPause(state: ReaderState): ReaderState {
  return { ...state, via: "catch-up" };
}

/** Event streams do not get through. */
export function withoutEvents(state: ReaderState): ReaderState {
  return { ...state, noEvents: true };
}
