import type { StreamId } from "../../../shared/index.ts";
import { type Block, lengthOf } from "./block.ts";
import type { ChunkSize, CommitEntry } from "./commit-object.ts";
import { asciiJson, type NewObject } from "./objects.ts";

/**
 * Commits that a segment of the first level replaces, and segments of the first level that one of the second does. Which
 * commits a key stands for follows from it, so it is the same for all who use a bucket.
 */
export const FAN_OUT = 64;

/** Levels of segments, the first one first: the commits that one of each replaces. */
export const spansOf = (fanOut: number): readonly [number, number] => [fanOut, fanOut * fanOut];

/** Largest total of bytes in a segment: commits that have more are as good to read one by one. */
export const SEGMENT_BYTES = 4 * 1024 * 1024;

/** Ordinal of the segment that a commit would be in. */
export const ordinalOf = (number: number, span: number): number => Math.floor(number / span);

/** Number below which all segments that are to be are complete, when a commit is the last one. */
export const completeBelow = (number: number, span: number): number => ordinalOf(number + 1, span) * span;

interface StoredIndex {
  readonly number: number;
  readonly start: number;
  readonly seq: number;
  /** For each commit: its time since the one before it, in ms, and its chunks. */
  readonly commits: readonly (readonly [elapsed: number, chunks: readonly ChunkSize[]])[];
}

interface SegmentHeader {
  /** Number of bytes of the index, with which the object begins. */
  readonly index: number;
  /** Time of the last commit, in ms since the epoch. */
  readonly at: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Many commits as one object: an index of them, then their bytes. */
export function encodeSegment(entries: readonly CommitEntry[], pieces: readonly Uint8Array[]): NewObject {
  const index = encoder.encode(JSON.stringify(indexOf(entries)));
  const body = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, index.length));
  body.set(index);
  let at = index.length;
  for (const piece of pieces) {
    body.set(piece, at);
    at += piece.length;
  }
  const header: SegmentHeader = { index: index.length, at: entries.at(-1)?.at ?? 0 };
  return { body, metadata: { segment: asciiJson(header) } };
}

/** What a segment's metadata tells. */
export function segmentHeader({ key, customMetadata }: R2Object): SegmentHeader {
  const json = customMetadata?.segment;
  if (json === undefined) throw new Error(`${key} is not a segment of this store`);
  const header: SegmentHeader = JSON.parse(json);
  return header;
}

/** What is read of a segment's object. */
export interface SegmentParts {
  readonly streamId: StreamId;
  readonly key: string;
  /** Number of the object's bytes. */
  readonly size: number;
  readonly index: Uint8Array;
  /** What follows the index, if it was read. */
  readonly bytes: Uint8Array | undefined;
}

/** The commits that a segment holds. */
export function segmentBlock({ streamId, key, size, index, bytes }: SegmentParts): Block {
  const stored: StoredIndex = JSON.parse(decoder.decode(index));
  const entries: CommitEntry[] = [];
  let { number, start, seq } = stored;
  let at = 0;
  for (const [elapsed, chunks] of stored.commits) {
    at += elapsed;
    const entry = { number, start, seq, at, chunks };
    entries.push(entry);
    number += 1;
    start += lengthOf(entry);
    seq += chunks.length;
  }
  return { streamId, key, entries, offset: index.length, length: size - index.length, bytes };
}

function indexOf(entries: readonly CommitEntry[]): StoredIndex {
  const [first] = entries;
  let before = 0;
  const commits = entries.map(({ at, chunks }) => {
    const elapsed = at - before;
    before = at;
    return [elapsed, chunks] as const;
  });
  return { number: first?.number ?? 0, start: first?.start ?? 0, seq: first?.seq ?? 0, commits };
}
