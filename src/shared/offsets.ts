import type { Offset } from "./brands.ts";
import { TAIL_OFFSET_QUERY_VALUE } from "./constants.ts";
import { InvalidOffsetError } from "./errors/request-errors.ts";

/** The parts of a minted offset. */
export interface OffsetParts {
  /** Ordinal of the chunk that holds byte `pos`; never decreases as `pos` grows. */
  readonly seq: number;
  /** Byte position in the stored log, from 0; alone decides order and equality. */
  readonly pos: number;
}

const START_SENTINEL = "-1";
const MINTED = /^[0-9a-f]{16}_[0-9a-f]{16}$/;
const PART_LENGTH = 16;
const INITIAL = "0".repeat(PART_LENGTH);

/** The zeros that fill up a part with this many digits; a look-up takes half the time of padding on every append. */
const FILL: readonly string[] = Array.from({ length: PART_LENGTH + 1 }, (_, digits) =>
  "0".repeat(PART_LENGTH - digits),
);

/** Sorts after every hex digit, which puts `now` behind every minted position. */
const BEYOND_ANY_POSITION = "g";

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/**
 * Says whether an offset is one of the protocol's sentinels, `-1` (start) or `now` (tail), which no server mints (§8).
 *
 * @param value Any string.
 *
 * @example
 * ```ts
 * isSentinelOffset("now"); // true
 * ```
 */
export function isSentinelOffset(value: string): boolean {
  return value === START_SENTINEL || value === TAIL_OFFSET_QUERY_VALUE;
}

/**
 * Reads the parts of a minted offset.
 *
 * @param value Any string.
 * @returns The parts, or `null` for anything that {@link formatOffset} cannot have written: wrong length, upper-case
 * digits, a part above 2^53 - 1, or a sentinel.
 *
 * @example
 * ```ts
 * parseOffset("0000000000000001_000000000000002a"); // { seq: 1, pos: 42 }
 * parseOffset("now"); // null
 * ```
 */
export function parseOffset(value: string): OffsetParts | null {
  if (!MINTED.test(value)) return null;
  const seq = Number.parseInt(value.slice(0, PART_LENGTH), 16);
  const pos = Number.parseInt(value.slice(PART_LENGTH + 1), 16);
  return isCount(seq) && isCount(pos) ? { seq, pos } : null;
}

function formatPart(value: number): string {
  const digits = value.toString(16);
  return `${FILL[digits.length] ?? ""}${digits}`;
}

/**
 * Writes an offset.
 *
 * @param seq Ordinal of the chunk, 0 to 2^53 - 1.
 * @param pos Byte position, 0 to 2^53 - 1.
 * @returns `<seq>_<pos>`, each 16 lower-case hex digits, so that the order of strings is the order of numbers.
 * @throws RangeError when a part is not an integer in that range.
 *
 * @example
 * ```ts
 * formatOffset(0, 42); // "0000000000000000_000000000000002a"
 * ```
 */
export function formatOffset(seq: number, pos: number): Offset {
  if (!isCount(seq) || !isCount(pos)) {
    throw new RangeError(`An offset needs integers from 0 to 2^53 - 1, not seq ${seq} and pos ${pos}`);
  }
  // Minting is the one place where a plain string becomes an Offset; a guard here would parse what was just written.
  return `${formatPart(seq)}_${formatPart(pos)}` as Offset;
}

/**
 * Says whether a string can stand where an offset is asked for: a minted offset, `-1` or `now`.
 *
 * It knows the form only; whether the position exists in a stream is the store's to say.
 *
 * @param value Any string.
 *
 * @example
 * ```ts
 * isValidOffset("-1"); // true
 * isValidOffset("12"); // false
 * ```
 */
export function isValidOffset(value: string): value is Offset {
  return isSentinelOffset(value) || parseOffset(value) !== null;
}

/**
 * The offset of the first byte of every stream, `0000000000000000_0000000000000000`.
 *
 * @example
 * ```ts
 * compareOffsets(initialOffset(), offset) === 0; // whether the offset is the start
 * ```
 */
export function initialOffset(): Offset {
  return formatOffset(0, 0);
}

/**
 * Turns the offset of a request into one that a store understands: `-1` becomes {@link initialOffset}; minted offsets
 * and `now`, which only the store can resolve, stay as they are.
 *
 * @param value What the request carried.
 * @throws InvalidOffsetError when the string is neither a minted offset nor a sentinel.
 *
 * @example
 * ```ts
 * normalizeOffset("-1"); // "0000000000000000_0000000000000000"
 * ```
 */
export function normalizeOffset(value: string): Offset {
  if (value === START_SENTINEL) return initialOffset();
  if (isValidOffset(value)) return value;
  throw new InvalidOffsetError({ offset: value });
}

function positionKey(offset: Offset): string {
  if (offset === TAIL_OFFSET_QUERY_VALUE) return BEYOND_ANY_POSITION;
  return offset === START_SENTINEL ? INITIAL : offset.slice(PART_LENGTH + 1);
}

/**
 * Orders two offsets of the same stream by position alone.
 *
 * `-1` is the position 0 and equals {@link initialOffset}. `now` lies behind every minted offset and equals only
 * itself: as a string it says nothing of where the tail is.
 *
 * @returns -1 when `a` comes first, 1 when `b` does, 0 when both name the same position.
 *
 * @example
 * ```ts
 * compareOffsets(formatOffset(0, 1), formatOffset(0, 2)); // -1
 * ```
 */
export function compareOffsets(a: Offset, b: Offset): -1 | 0 | 1 {
  const left = positionKey(a);
  const right = positionKey(b);
  // Fixed width and one case make the order of strings the order of numbers, with nothing to parse.
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function partsOf(offset: Offset): OffsetParts {
  const parts = parseOffset(normalizeOffset(offset));
  if (parts === null) throw new RangeError(`"${offset}" names no fixed position`);
  return parts;
}

/**
 * The offset `byteCount` bytes further on, in the same chunk.
 *
 * @param offset A minted offset, or `-1`.
 * @param byteCount How far to go, 0 or more.
 * @throws RangeError for `now`, a negative or fractional count, or a position above 2^53 - 1.
 *
 * @example
 * ```ts
 * advanceOffset(formatOffset(3, 10), 5); // formatOffset(3, 15)
 * ```
 */
export function advanceOffset(offset: Offset, byteCount: number): Offset {
  const { seq, pos } = partsOf(offset);
  if (!isCount(byteCount)) throw new RangeError(`An offset cannot advance by ${byteCount} bytes`);
  return formatOffset(seq, pos + byteCount);
}

/**
 * The same position, said to lie in the next chunk.
 *
 * @param offset A minted offset, or `-1`.
 * @throws RangeError for `now`, or when `seq` would pass 2^53 - 1.
 *
 * @example
 * ```ts
 * incrementSeq(formatOffset(3, 10)); // formatOffset(4, 10)
 * ```
 */
export function incrementSeq(offset: Offset): Offset {
  const { seq, pos } = partsOf(offset);
  return formatOffset(seq + 1, pos);
}
