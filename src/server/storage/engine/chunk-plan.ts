import { MessageWalker } from "../../../shared/index.ts";
import type { LogPosition } from "../contract/index.ts";
import type { ChunkInfo } from "./backend.ts";
import type { FramedBody } from "./body.ts";

/** How bytes are cut into chunks. */
export interface ChunkLimits {
  /** Largest chunk, in bytes. */
  readonly maxBytes: number;
  /** A last chunk shorter than this is extended by the next append; a longer one is sealed. In bytes. */
  readonly coalesceBelow: number;
}

/**
 * The limits every backend with cheap rewrites uses: chunks well under the platform's 2 MB row limit, and a tail that
 * costs no more to extend than to insert (PLATFORM: up to about 16 KiB).
 */
export const CHUNK_LIMITS: ChunkLimits = { maxBytes: 1024 * 1024, coalesceBelow: 16 * 1024 };

/** What an append writes: more bytes for the open chunk, then whole new chunks. */
export interface ChunkPlan {
  readonly extend: Uint8Array | undefined;
  readonly inserts: readonly PlannedChunk[];
  /** The log's end afterwards. */
  readonly tail: LogPosition;
}

/** A chunk to insert. */
export interface PlannedChunk {
  readonly start: number;
  readonly seq: number;
  readonly lead: number;
  readonly data: Uint8Array;
}

/**
 * The log's end as its last chunk tells it. An open chunk takes the next byte, a sealed one does not: so the ordinal
 * of a position is the same whenever it is minted.
 */
export function tailAfter(last: Pick<ChunkInfo, "start" | "length" | "seq">, limits: ChunkLimits): LogPosition {
  return { pos: last.start + last.length, seq: last.length < limits.coalesceBelow ? last.seq : last.seq + 1 };
}

/** Cuts framed bytes into chunks, at message boundaries wherever a message fits a chunk. */
export function planChunks(tail: LogPosition, openLength: number, framed: FramedBody, limits: ChunkLimits): ChunkPlan {
  const { bytes } = framed;
  const cutter = new Cutter(framed);
  const extend = openLength > 0 ? cutter.take(limits.maxBytes - openLength) : undefined;
  const inserts: PlannedChunk[] = [];
  let seq = openLength > 0 ? tail.seq + 1 : tail.seq;
  while (cutter.position < bytes.length) {
    const start = tail.pos + cutter.position;
    const lead = cutter.lead;
    inserts.push({ start, seq, lead, data: cutter.take(limits.maxBytes) });
    seq += 1;
  }
  const last = inserts.at(-1);
  const lastLength = last?.data.length ?? openLength + (extend?.length ?? 0);
  const end = { start: tail.pos + bytes.length - lastLength, length: lastLength, seq: last?.seq ?? tail.seq };
  return { extend, inserts, tail: tailAfter(end, limits) };
}

/** Hands out the framed bytes piece by piece. */
class Cutter {
  position = 0;
  readonly #framed: FramedBody;
  /** End of the message that the last cut fell into; behind `position` when the last cut was on a boundary. */
  #messageEnd = 0;

  constructor(framed: FramedBody) {
    this.#framed = framed;
  }

  /** Distance from here to the next message boundary. */
  get lead(): number {
    return Math.max(0, this.#messageEnd - this.position);
  }

  /** The next piece, at most `capacity` bytes (at least one). */
  take(capacity: number): Uint8Array {
    const from = this.position;
    this.position = this.#cut(from, Math.max(1, capacity));
    return this.#framed.bytes.subarray(from, this.position);
  }

  #cut(from: number, capacity: number): number {
    const { bytes, boundaries } = this.#framed;
    if (bytes.length - from <= capacity) return bytes.length;
    const limit = from + capacity;
    if (boundaries === undefined) return limit;
    if (this.#messageEnd > limit) return limit;
    const boundary = Math.max(from, this.#messageEnd, boundaries.lastAtOrBefore(limit));
    const end = lastMessageEnd(bytes, boundary, limit);
    if (end > from) return end;
    this.#messageEnd = new MessageWalker().scan(bytes, from, bytes.length, 1);
    return limit;
  }
}

/** The last message end in (`boundary`, `limit`], or `boundary`, which is one itself. */
function lastMessageEnd(bytes: Uint8Array, boundary: number, limit: number): number {
  const end = new MessageWalker().scan(bytes, boundary, limit);
  return end === -1 ? boundary : end;
}
