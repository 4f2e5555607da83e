import type { StreamId } from "../../../shared/index.ts";
import type { LogPosition } from "../contract/index.ts";
import type { Chunk, ChunkInfo } from "../engine/backend.ts";
import { type ChunkLimits, tailAfter } from "../engine/chunk-plan.ts";
import type { ForkRecord, StreamState } from "../engine/state.ts";

/** A row of `dcs_streams`. */
export interface StreamRow {
  readonly number: number;
  readonly stream_id: string;
  readonly content_type: string;
  readonly ttl_seconds: number | null;
  readonly expires_at: string | null;
  readonly created_at: number;
  readonly touched_at: number;
  readonly base_pos: number;
  readonly base_seq: number;
  readonly fork: string | null;
  readonly closed: number;
  readonly soft_deleted: number;
  readonly forks: number;
  readonly [column: string]: SqlStorageValue;
}

/** What the last row of `dcs_chunks` says of its stream. */
export interface LastChunkRow {
  readonly start: number;
  readonly length: number;
  readonly seq: number;
  readonly written_at: number;
  readonly last_seq: string | null;
  readonly producers: number;
  readonly [column: string]: SqlStorageValue;
}

/** A row of `dcs_chunks` without its data. */
export interface ChunkInfoRow {
  readonly start: number;
  readonly length: number;
  readonly seq: number;
  readonly lead: number;
  readonly written_at: number;
  readonly [column: string]: SqlStorageValue;
}

/** A row of `dcs_chunks`. */
export interface ChunkRow extends ChunkInfoRow {
  /** The chunk's bytes, and room behind them. */
  readonly data: ArrayBuffer;
}

/** The state that a stream's row and its last chunk tell together. */
export function stateOf(row: StreamRow, last: LastChunkRow | undefined, limits: ChunkLimits): StreamState {
  const base: LogPosition = { pos: row.base_pos, seq: row.base_seq };
  return {
    streamId: brandStreamId(row.stream_id),
    contentType: row.content_type,
    ttlSeconds: row.ttl_seconds ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    createdAt: row.created_at,
    base,
    fork: row.fork === null ? undefined : parseFork(row.fork),
    touchedAt: Math.max(row.touched_at, last?.written_at ?? 0),
    closed: row.closed === 1,
    softDeleted: row.soft_deleted === 1,
    tail: last === undefined ? base : tailAfter(last, limits),
    lastSeq: last?.last_seq ?? undefined,
    producers: last?.producers ?? 0,
    forks: row.forks,
  };
}

/** A chunk without its data, as the engine names its parts. */
export function infoOf({ start, length, seq, lead, written_at }: ChunkInfoRow): ChunkInfo {
  return { start, length, seq, lead, writtenAt: written_at };
}

/** A chunk, as the engine names its parts. */
export function chunkOf(row: ChunkRow): Chunk {
  return { ...infoOf(row), data: new Uint8Array(row.data, 0, row.length) };
}

/** Fork records are written by this store alone: what comes back is what went in. */
export function parseFork(text: string): ForkRecord {
  const fork: ForkRecord = JSON.parse(text);
  return fork;
}

/** Identities are written by this store alone. */
function brandStreamId(text: string): StreamId {
  return text as StreamId;
}
