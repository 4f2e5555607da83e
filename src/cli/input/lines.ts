import { InvalidInputError } from "../errors.ts";

/** The longest line that is gathered, in bytes: as much as a server takes in one body unless told otherwise. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

const LF = 0x0a;

/**
 * Cuts bytes into lines, each with its line end, as they arrive. The last line may have none.
 *
 * @param input Pieces of any length.
 * @returns The lines that each piece completes, together: one step for each line would take most of the time.
 * @throws InvalidInputError for a line longer than {@link MAX_LINE_BYTES}, behind the lines before it.
 */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[], void, undefined> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let complete = 0;
  for await (const piece of input) {
    const lines: Uint8Array[] = [];
    let from = 0;
    for (let end = piece.indexOf(LF); end >= 0; end = piece.indexOf(LF, from)) {
      const rest = piece.subarray(from, end + 1);
      lines.push(pending.length === 0 ? rest : Buffer.concat([...pending, rest]));
      pending = [];
      pendingBytes = 0;
      from = end + 1;
    }
    complete += lines.length;
    if (lines.length > 0) yield lines;
    if (from === piece.length) continue;
    // A copy, so that a short rest does not keep the whole piece.
    pending.push(piece.slice(from));
    pendingBytes += piece.length - from;
    if (pendingBytes > MAX_LINE_BYTES) {
      throw new InvalidInputError(`Line ${complete + 1} is longer than ${MAX_LINE_BYTES} bytes`);
    }
  }
  if (pending.length > 0) yield [Buffer.concat(pending)];
}
