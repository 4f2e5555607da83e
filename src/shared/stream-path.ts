/** Longest canonical path of a stream, in UTF-8 bytes. */
export const MAX_PATH_BYTES = 1024;

/** Empty and dot segments, separators, control characters, and halves of surrogate pairs. */
const NO_SEGMENT = /^\.{0,2}$|[/\\\p{Cc}\p{Cs}]/u;

const encoder = new TextEncoder();

/**
 * Says whether a stream's path can have this segment, decoded.
 *
 * The one rule for both halves: empty segments, `.` and `..` do not survive URL parsers, and slashes, backslashes and
 * control characters are read differently by what lies between client and server.
 *
 * @param segment One segment of a path, without percent-escapes.
 *
 * @example
 * ```ts
 * isPathSegment("room 1"); // true
 * isPathSegment("a/b"); // false
 * ```
 */
export function isPathSegment(segment: string): boolean {
  return !NO_SEGMENT.test(segment);
}

/** Says whether a canonical path is longer than {@link MAX_PATH_BYTES}. */
export function isPathTooLong(path: string): boolean {
  // A UTF-16 unit takes at most 3 bytes, so most paths need no encoding to be seen short enough.
  return path.length * 3 > MAX_PATH_BYTES && encoder.encode(path).length > MAX_PATH_BYTES;
}
