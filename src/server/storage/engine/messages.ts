import { isJsonContentType, splitStored } from "../../../shared/index.ts";
import type { StreamMessage, StreamPage } from "../contract/index.ts";
import { mint, type StreamLog } from "./stream-log.ts";

/** Materialises a page: one message for each JSON message, or for each stored run of other bytes. */
export async function collectMessages(page: StreamPage, start: number, log: StreamLog): Promise<StreamMessage[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of page.chunks()) chunks.push(chunk);
  const json = isJsonContentType(page.contentType);
  const separator = json ? 1 : 0;
  const slices = json ? splitStored(concatenate(chunks)) : chunks;
  let pos = start;
  const ends = await log.positions(slices.map((data) => (pos += data.length + separator)));
  const messages: StreamMessage[] = [];
  let from = start;
  for (const [at, data] of slices.entries()) {
    const end = ends[at];
    if (end === undefined) throw new RangeError("A page reaches beyond the log");
    messages.push({ offset: mint(end), timestamp: await log.writtenAt(from), data });
    from = end.pos;
  }
  return messages;
}

/** Joins pieces into one buffer; a single piece is returned as it is. */
export function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let filled = 0;
  for (const piece of pieces) {
    whole.set(piece, filled);
    filled += piece.length;
  }
  return whole;
}
