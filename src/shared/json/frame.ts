import { type BoundaryIndex, BoundaryIndexBuilder } from "./boundary-index.ts";
import { CLOSE_ARRAY, COMMA, OPEN_ARRAY } from "./bytes.ts";
import { JsonScanner } from "./scanner.ts";

/** A JSON body in the form in which a stream stores it. */
export interface Framed {
  /** The messages byte for byte as they were sent, each followed by one `,`. */
  readonly bytes: Uint8Array;
  /** How many messages there are. */
  readonly count: number;
  /** Where messages end in `bytes`. */
  readonly index: BoundaryIndex;
}

/** How {@link frameJson} may treat its input. */
export interface FrameOptions {
  /**
   * Whether the body, and the whole buffer behind it, belongs to the call: it is then framed in place, and its former
   * content is undefined afterwards, also after an error. `false` unless given, which copies the body once.
   *
   * Never set it for a view of a shared pool, such as a small Node `Buffer`.
   */
  readonly owned?: boolean | undefined;
}

/** Below this, a loop moves bytes faster than a call to `copyWithin` starts. */
const SHORT_RUN_BYTES = 24;

function move(bytes: Uint8Array, to: number, from: number, end: number): void {
  if (to === from) return;
  if (end - from > SHORT_RUN_BYTES) {
    bytes.copyWithin(to, from, end);
    return;
  }
  for (let offset = 0; from + offset < end; offset += 1) bytes[to + offset] = bytes[from + offset] ?? 0;
}

/** The first `length` bytes of a view and one more, in place where the buffer has room and may be used, else copied. */
function withOneByteMore(bytes: Uint8Array, from: number, end: number, owned: boolean): Uint8Array {
  const start = bytes.byteOffset + from;
  const length = end - from + 1;
  if (owned && start + length <= bytes.buffer.byteLength) return new Uint8Array(bytes.buffer, start, length);
  const wider = new Uint8Array(length);
  wider.set(bytes.subarray(from, end));
  return wider;
}

function frameSingle(body: Uint8Array, scanner: JsonScanner, from: number, owned: boolean): Framed {
  const end = scanner.value(from);
  const rest = scanner.space(end);
  if (rest < body.length) scanner.fail(rest, "the end");
  const bytes = withOneByteMore(body, from, end, owned);
  bytes[bytes.length - 1] = COMMA;
  const index = new BoundaryIndexBuilder(bytes.length);
  index.record(bytes.length);
  return { bytes, count: 1, index: index.build() };
}

/**
 * Frames the elements of an array inside its own buffer.
 *
 * Elements that follow each other without white space, commas included, stay together as one run and are moved as one;
 * in a compact array nothing moves at all and the closing bracket becomes the last comma. What is written never passes
 * what is still to be read.
 */
function frameArray(bytes: Uint8Array, scanner: JsonScanner, open: number): Framed {
  const start = scanner.space(open + 1);
  const index = new BoundaryIndexBuilder(bytes.length);
  let written = start;
  let runStart = start;
  let count = 0;
  let at = start;
  let more = bytes[at] !== CLOSE_ARRAY;
  while (more) {
    const end = scanner.value(at);
    const separator = scanner.space(end);
    const byte = separator < bytes.length ? bytes[separator] : undefined;
    if (byte !== COMMA && byte !== CLOSE_ARRAY) scanner.fail(separator, "',' or ']'");
    more = byte === COMMA;
    const next = scanner.space(separator + 1);
    count += 1;
    index.record(written - start + (end - runStart) + 1);
    if (separator !== end || next !== separator + 1 || !more) {
      move(bytes, written, runStart, end);
      written += end - runStart;
      bytes[written] = COMMA;
      written += 1;
      runStart = next;
    }
    at = next;
  }
  // For an empty array the bracket is still ahead; otherwise `at` is behind it and the white space after it.
  const rest = count === 0 ? scanner.space(start + 1) : at;
  if (rest < bytes.length) scanner.fail(rest, "the end");
  return { bytes: bytes.subarray(start, written), count, index: index.build() };
}

/**
 * Validates a JSON body and frames it for storage: exactly one level of array is flattened, white space around messages
 * is dropped, and each message is kept byte for byte and followed by one `,` (§9.1).
 *
 * One pass over the bytes, linear in their number; no tree, and no memory that grows with the number of messages or
 * the depth of nesting beyond one bit a level. It accepts exactly what `JSON.parse` accepts after strict UTF-8 decoding.
 *
 * @param body The bytes of one JSON text.
 * @param options Whether the body may be framed in place.
 * @returns The framed bytes; none for an empty array.
 * @throws InvalidJsonError with the position of the byte at which the body stops being JSON.
 *
 * @example
 * ```ts
 * frameJson(new TextEncoder().encode('[ {"a": 1}, 2 ]')); // bytes: {"a": 1},2,   count: 2
 * ```
 */
export function frameJson(body: Uint8Array, options: FrameOptions = {}): Framed {
  const owned = options.owned ?? false;
  const outside = new JsonScanner(body);
  const first = outside.space(0);
  if (first === body.length || body[first] !== OPEN_ARRAY) return frameSingle(body, outside, first, owned);
  const bytes = owned ? body : new Uint8Array(body);
  return frameArray(bytes, new JsonScanner(bytes), first);
}
