import type { StreamId } from "../../../shared/index.ts";
import type { Chunk, ChunkInfo } from "../engine/backend.ts";
import type { CommitEntry } from "./commit-object.ts";

/** The commits that one object holds: one, or in a segment many. */
export interface Block {
  readonly streamId: StreamId;
  readonly key: string;
  /** Its commits, in order. */
  readonly entries: readonly CommitEntry[];
  /** Where in the object their bytes begin. */
  readonly offset: number;
  /** Number of their bytes. */
  readonly length: number;
  /** Their bytes, if they are few enough to be kept. */
  readonly bytes: Uint8Array | undefined;
}

/** Position of a block's first byte. */
export const startOf = ({ entries }: Block): number => entries[0]?.start ?? 0;

/** Position after a block's last byte. */
export const endOf = (block: Block): number => startOf(block) + block.length;

/** Number of a block's first commit. */
export const firstOf = ({ entries }: Block): number => entries[0]?.number ?? 0;

/** Number of a block's last commit. */
export const lastOf = ({ entries }: Block): number => entries.at(-1)?.number ?? 0;

/** Number of the bytes of a commit. */
export const lengthOf = ({ chunks }: CommitEntry): number => chunks.reduce((sum, [length]) => sum + length, 0);

/** The chunks of a block that end after `from` and start before `to`, in order, about `budget` bytes of them. */
export function chunksIn(block: Block, from: number, to: number, budget: number): ChunkInfo[] {
  const found: ChunkInfo[] = [];
  let bytes = 0;
  for (const { start, seq, at, chunks } of block.entries.slice(entryBefore(block, from))) {
    if (start >= to || bytes >= budget) break;
    let position = start;
    for (const [index, [length, lead]] of chunks.entries()) {
      if (position >= to || bytes >= budget) break;
      if (position + length > from) {
        found.push({ start: position, length, seq: seq + index, lead, writtenAt: at });
        bytes += length;
      }
      position += length;
    }
  }
  return found;
}

/** Index of the last entry that starts at or before a position. */
function entryBefore({ entries }: Block, pos: number): number {
  let low = 0;
  let high = entries.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((entries[middle]?.start ?? 0) <= pos) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Gives consecutive chunks the bytes they name; each gets a buffer to itself.
 *
 * @param owned Whether the bytes are nobody else's, so that they need no copy if they are one chunk.
 */
export function filled(infos: readonly ChunkInfo[], bytes: Uint8Array, owned: boolean): Chunk[] {
  const from = infos[0]?.start ?? 0;
  const [only] = infos;
  if (owned && infos.length === 1 && only) return [{ ...only, data: bytes }];
  return infos.map((info) => ({ ...info, data: bytes.slice(info.start - from, info.start - from + info.length) }));
}
