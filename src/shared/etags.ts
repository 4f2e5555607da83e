import type { ETag, Offset } from "./brands.ts";
import { normalizeOffset, parseOffset } from "./offsets.ts";

/** What an entity tag of ours says about the page it stands for. */
export interface ETagParts {
  /** The identity of the stream, so that one created again at the same path never matches its predecessor. */
  readonly streamId: string;
  /** Where the page starts. */
  readonly start: Offset;
  /** Where the page ends. */
  readonly end: Offset;
  /** Whether the page told its reader that the stream is closed (§10.1). */
  readonly closed: boolean;
}

/** The characters that RFC 9110 §8.8.3 allows between the quotes. */
const OPAQUE = "[\\x21\\x23-\\x7e\\x80-\\uffff]*";
const STRONG = new RegExp(`^"${OPAQUE}"$`);
const LIST_ITEM = new RegExp(`[ \\t,]*(?:W/)?("${OPAQUE}")[ \\t]*(?:,|$)`, "y");
const OURS = /^"(.+):([0-9a-f]{16}_[0-9a-f]{16}):([0-9a-f]{16}_[0-9a-f]{16})(:c)?"$/;
const IDENTITY = /^[\x21\x23-\x7e]+$/;

/**
 * Says whether a string is a strong entity tag, quotes included (RFC 9110 §8.8.3).
 *
 * @param value Any string.
 */
export function isETag(value: string): value is ETag {
  return STRONG.test(value);
}

function mintedOffset(offset: Offset): Offset {
  const minted = normalizeOffset(offset);
  if (parseOffset(minted) === null) throw new RangeError(`A page at "${offset}" has no entity tag`);
  return minted;
}

/**
 * Writes the entity tag of a page: `"<streamId>:<start>:<end>"`, and `:c` before the last quote once the stream is
 * closed, so that a 304 can never hide the closure (§10.1).
 *
 * @param streamId The identity of the stream; visible ASCII without quotes.
 * @param start Where the page starts; `-1` counts as the initial offset.
 * @param end Where the page ends.
 * @param closed Whether the answer says that the stream is closed.
 * @throws RangeError for `now`, which has no entity tag, and for an identity that a tag cannot hold.
 *
 * @example
 * ```ts
 * generateETag(streamId, initialOffset(), formatOffset(0, 42));
 * ```
 */
export function generateETag(streamId: string, start: Offset, end: Offset, closed = false): ETag {
  if (!IDENTITY.test(streamId)) throw new RangeError(`A stream id must be visible ASCII without quotes: "${streamId}"`);
  // Minting is the one place where a plain string becomes an ETag.
  return `"${streamId}:${mintedOffset(start)}:${mintedOffset(end)}${closed ? ":c" : ""}"` as ETag;
}

/**
 * Reads an entity tag that {@link generateETag} wrote.
 *
 * @param etag Any string.
 * @returns Its parts, or `null` for a tag of another making, a weak one included.
 *
 * @example
 * ```ts
 * parseETag(generateETag(streamId, start, end, true))?.closed; // true
 * ```
 */
export function parseETag(etag: string): ETagParts | null {
  if (!isETag(etag)) return null;
  const [, streamId, first, last, closed] = OURS.exec(etag) ?? [];
  if (streamId === undefined || first === undefined || last === undefined) return null;
  if (parseOffset(first) === null || parseOffset(last) === null) return null;
  return { streamId, start: normalizeOffset(first), end: normalizeOffset(last), closed: closed !== undefined };
}

/**
 * Says whether an `If-None-Match` header names an entity tag (RFC 9110 §13.1.2): `*` names every one, a list is
 * searched with the weak comparison, in which `W/"a"` and `"a"` are the same.
 *
 * @param header The header's value; commas inside quotes belong to the tag. What follows a part that is not an entity
 * tag is not read.
 * @param etag The current entity tag.
 *
 * @example
 * ```ts
 * matchesIfNoneMatch('W/"x", "a:b"', etag);
 * ```
 */
export function matchesIfNoneMatch(header: string, etag: ETag): boolean {
  if (header.trim() === "*") return true;
  LIST_ITEM.lastIndex = 0;
  for (let item = LIST_ITEM.exec(header); item !== null; item = LIST_ITEM.exec(header)) {
    if (item[1] === etag) return true;
  }
  return false;
}
