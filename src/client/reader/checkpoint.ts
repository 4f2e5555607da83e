import type { Offset } from "../../shared/brands.ts";
import { TAIL_OFFSET_QUERY_VALUE } from "../../shared/constants.ts";
import { InvalidOffsetError } from "../../shared/errors/request-errors.ts";

/**
 * A position in a stream, exact to the message: plain JSON, to be stored together with the effect of the message it
 * stands behind, and given back as `from`.
 *
 * The log never changes at a position, so a later reader finds the place again however the server cuts its pages then.
 */
export interface Checkpoint {
  /** Identity of the stream (`Stream-Id`); `null` while unknown, and for servers that tell none. */
  readonly stream: string | null;
  /** The last offset that the server gave, opaque; `-1` is the start. */
  readonly offset: Offset;
  /**
   * How much behind the offset was delivered: for JSON, messages as on the wire (invalid and skipped ones included); for
   * text and bytes, bytes.
   */
  readonly index: number;
}

/** Where a read begins: the first message, the tail as it is now, an offset, or a stored checkpoint. */
export type ReadFrom = "start" | "now" | Offset | Checkpoint;

/** The offset that every server takes for the start (PROTOCOL.md §8). */
const START = "-1";

/** What no offset contains, so that it can stand in a query (PROTOCOL.md §8). */
const TOKEN = /^[^,&=?/]+$/;

/** Whether a read may start here: any token but `now`, which means another place each time. */
function isOffset(value: unknown): value is Offset {
  return typeof value === "string" && TOKEN.test(value) && value !== TAIL_OFFSET_QUERY_VALUE;
}

/**
 * Says whether a server may have minted this offset. Nothing else is known about offsets: each server has a form of its
 * own.
 *
 * @param value A header's or a field's value.
 */
export function isMintedOffset(value: unknown): value is Offset {
  return isOffset(value) && value !== START;
}

/**
 * The checkpoint that a read begins at.
 *
 * @param from As the caller gave it; a stored checkpoint may have been through JSON, and anything may have happened to
 * it.
 * @returns `undefined` for `now`, which only an answer can turn into an offset.
 * @throws InvalidOffsetError when the offset is none.
 * @throws RangeError when the index of a checkpoint is not a whole number from 0.
 *
 * @example
 * ```ts
 * startingPoint("start"); // { stream: null, offset: "-1", index: 0 }
 * ```
 */
export function startingPoint(from: ReadFrom): Checkpoint | undefined {
  if (from === TAIL_OFFSET_QUERY_VALUE) return undefined;
  const {
    stream = null,
    offset,
    index,
  } = typeof from === "string" ? { offset: from === "start" ? START : from, index: 0 } : from;
  if (!isOffset(offset)) throw new InvalidOffsetError({ offset: String(offset) });
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError(`A checkpoint's index cannot be ${index}`);
  return { stream, offset, index };
}
