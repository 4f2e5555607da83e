const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const FIELD = new TextEncoder().encode("data:");
/** How much of a large text is written at a time, in bytes; a line that is longer is written whole. */
const PIECE_BYTES = 64 * 1024;

/**
 * Whether bytes need {@link dataLines}: they hold a line end, or start with a space, which a reader would strip.
 */
export function needsDataLines(bytes: Uint8Array): boolean {
  return bytes[0] === SPACE || bytes.includes(LF) || bytes.includes(CR);
}

/**
 * Writes bytes as the `data:` lines of one event, each ended by a line feed. CR, LF and CRLF all end a line, as they do
 * for a reader, so nothing in the bytes can end the event or start another field (PROTOCOL.md §5.8). Line ends and the
 * space are ASCII, which no byte of a longer UTF-8 sequence can be, so nothing needs decoding.
 *
 * @param bytes UTF-8 text, or what is passed off as such. Every line end costs 6 bytes in its place, so bytes that are
 * nothing else grow sixfold: they are written once, with no garbage on the way.
 * @param before Free bytes to leave in front, 0 unless given.
 * @param after Free bytes to leave behind, 0 unless given.
 * @returns The lines: at least one, for no bytes an empty one.
 *
 * @example
 * ```ts
 * dataLines(encode("a\r\n b")); // "data:a\ndata:  b\n"
 * ```
 */
export function dataLines(bytes: Uint8Array, before = 0, after = 0): Uint8Array<ArrayBuffer> {
  const lines = new Uint8Array(before + measure(bytes) + after);
  let written = before;
  let start = 0;
  while (start <= bytes.length) {
    const end = lineEnd(bytes, start);
    lines.set(FIELD, written);
    written += FIELD.length;
    if (bytes[start] === SPACE) lines[written++] = SPACE;
    if (end > start) lines.set(bytes.subarray(start, end), written);
    written += end - start;
    lines[written++] = LF;
    start = nextLine(bytes, end);
  }
  return lines;
}

/**
 * Writes a large text as {@link dataLines} does, a piece at a time: a message of 15 MiB with nothing but line ends in it
 * has 90 MiB of lines, and an object has 128 MB for everything.
 *
 * @param bytes As for {@link dataLines}.
 * @returns Pieces that joined are what `dataLines(bytes)` returns.
 *
 * @example
 * ```ts
 * for (const piece of dataLinePieces(body)) await writer.write(piece);
 * ```
 */
export function* dataLinePieces(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  let start = 0;
  while (start <= bytes.length) {
    let end = lineEnd(bytes, Math.min(start + PIECE_BYTES, bytes.length));
    // CRLF is one line end, also when the search began between its two halves.
    if (end > start && bytes[end] === LF && bytes[end - 1] === CR) end -= 1;
    yield dataLines(bytes.subarray(start, end));
    start = nextLine(bytes, end);
  }
}

function measure(bytes: Uint8Array): number {
  let size = 0;
  let start = 0;
  while (start <= bytes.length) {
    const end = lineEnd(bytes, start);
    size += FIELD.length + (bytes[start] === SPACE ? 1 : 0) + (end - start) + 1;
    start = nextLine(bytes, end);
  }
  return size;
}

function lineEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) at++;
  return at;
}

/** Where the line after a line end begins; behind the bytes' own end there is none. */
function nextLine(bytes: Uint8Array, end: number): number {
  return bytes[end] === CR && bytes[end + 1] === LF ? end + 2 : end + 1;
}
