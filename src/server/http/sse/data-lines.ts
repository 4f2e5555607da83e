const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const FIELD = new TextEncoder().encode("data:");

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
 * @param bytes UTF-8 text, or what is passed off as such.
 * @returns The lines: at least one, for no bytes an empty one.
 *
 * @example
 * ```ts
 * dataLines(encode("a\r\n b")); // "data:a\ndata:  b\n"
 * ```
 */
export function dataLines(bytes: Uint8Array): Uint8Array {
  const lines = new Uint8Array(measure(bytes));
  let written = 0;
  for (const line of linesOf(bytes)) {
    lines.set(FIELD, written);
    written += FIELD.length;
    if (line[0] === SPACE) lines[written++] = SPACE;
    lines.set(line, written);
    written += line.length;
    lines[written++] = LF;
  }
  return lines;
}

function measure(bytes: Uint8Array): number {
  let size = 0;
  for (const line of linesOf(bytes)) size += FIELD.length + (line[0] === SPACE ? 1 : 0) + line.length + 1;
  return size;
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== LF && byte !== CR) continue;
    yield bytes.subarray(start, at);
    if (byte === CR && bytes[at + 1] === LF) at++;
    start = at + 1;
  }
  yield bytes.subarray(start);
}
