import type { StreamId } from "../../../shared/index.ts";
import type { ChunkInfo } from "../engine/backend.ts";

/** Some consecutive chunks of a stream that share one value in KV: their bytes, one after the other, and nothing else. */
export interface Pack {
  readonly streamId: StreamId;
  /** Position of its first byte, in the stream's log. */
  readonly start: number;
  /** Number of its bytes. */
  readonly length: number;
  /** Its chunks in order, at least one. */
  readonly chunks: readonly ChunkInfo[];
}

/** What is stored of a chunk: where it starts and its ordinal follow from those before it. */
type StoredChunk = readonly [length: number, lead: number, writtenAt: number];

/** The chunks of a pack as text. */
export function formatDirectory(chunks: readonly ChunkInfo[]): string {
  const stored: StoredChunk[] = chunks.map(({ length, lead, writtenAt }) => [length, lead, writtenAt]);
  return JSON.stringify(stored);
}

/** The chunks of a pack that starts at a position and at an ordinal. */
export function parseDirectory(text: string, start: number, seq: number): ChunkInfo[] {
  // Directories are written by this store alone: what comes back is what went in.
  const stored: readonly StoredChunk[] = JSON.parse(text);
  let next = start;
  return stored.map(([length, lead, writtenAt], at) => {
    const chunk = { start: next, length, seq: seq + at, lead, writtenAt };
    next += length;
    return chunk;
  });
}

/** The chunk of a pack that holds byte `pos`. */
export function chunkHolding({ chunks }: Pack, pos: number): ChunkInfo | undefined {
  return chunks.find(({ start, length }) => start <= pos && pos < start + length);
}
