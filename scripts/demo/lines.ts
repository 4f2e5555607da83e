const LINE_FEED = 0x0a;

/**
 * Cuts bytes into lines, each with its own line end, so that the lines put together are the input again: a carriage
 * return stays part of its line, and only the last line may have no end. Takes time and memory linear in the longest line.
 *
 * @param chunks - The bytes, in pieces of any size.
 * @param maxBytes - A longer line is yielded in several pieces of this size. Default: no limit.
 * @yields One line at a time; nothing for no bytes.
 * @example
 * ```ts
 * for await (const line of splitLines(createReadStream("notes.txt"))) { … } // "one\n", "two\r\n", "three"
 * ```
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array, void> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; ) {
      const lineFeed = chunk.indexOf(LINE_FEED, start);
      const end = Math.min(lineFeed === -1 ? chunk.length : lineFeed + 1, start + maxBytes - length);
      pieces.push(chunk.subarray(start, end));
      length += end - start;
      start = end;
      if (chunk[end - 1] === LINE_FEED || length === maxBytes) {
        yield join(pieces);
        pieces = [];
        length = 0;
      }
    }
  }
  if (length > 0) {
    yield join(pieces);
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}
