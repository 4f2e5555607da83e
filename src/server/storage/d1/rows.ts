import type { ProducerState, StreamId } from "../../../shared/index.ts";
import type { LogPosition } from "../contract/index.ts";
import type { Chunk, ChunkInfo } from "../engine/backend.ts";
import { type ChunkLimits, tailAfter } from "../engine/chunk-plan.ts";
import { COMMIT_ID_LENGTH, type CommitView } from "../engine/commit-loop.ts";
import type { ForkRecord, StreamState } from "../engine/state.ts";
import { fromHex } from "./hex.ts";
import { ofLastChunk, START } from "./schema.ts";

/** What is told of the last chunk: as one value, since a row that several columns ask for is read for each. */
const LAST = `json_array(${START}, length(data), seq, written_at, last_seq, producers, substr(trail, -${COMMIT_ID_LENGTH}))`;

type LastColumns = readonly [
  start: number,
  length: number,
  seq: number,
  writtenAt: number,
  lastSeq: string | null,
  producers: number,
  commit: string,
];

/**
 * Loads a path in one row: its stream, the last chunk, and the producer, the fork and the task that are asked for.
 * Everything but the last column is null when the path is empty, and the chunk when the stream is.
 *
 * Parameters: path, producer id, fork id, task id.
 */
export const LOAD = `SELECT s.number, s.stream_id, s.version, s.content_type, s.ttl_seconds, s.expires_at, s.created_at,
    s.touched_at, s.base_pos, s.base_seq, s.fork, s.closed, s.soft_deleted, s.forks,
    (${ofLastChunk(LAST, "s.number")}) AS last,
    p.epoch, p.seq AS producer_seq, f.readable_to, (SELECT count(*) FROM dcs_tasks WHERE id = ?4) AS planned
  FROM (SELECT 1) LEFT JOIN dcs_streams s ON s.path = ?1
    LEFT JOIN dcs_producers p ON p.number = s.number AND p.id = ?2
    LEFT JOIN dcs_forks f ON f.number = s.number AND f.fork_id = ?3`;

/** The row that {@link LOAD} returns. */
export interface PathRow extends StreamColumns {
  /** {@link LAST} */
  readonly last: string | null;
  readonly epoch: number | null;
  readonly producer_seq: number | null;
  readonly readable_to: number | null;
  readonly planned: number;
}

interface StreamColumns {
  readonly number: number;
  readonly stream_id: string | null;
  readonly version: number;
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
}

/** A chunk's row without its data. */
export interface ChunkInfoRow {
  readonly start: number;
  readonly length: number;
  readonly seq: number;
  readonly lead: number;
  readonly written_at: number;
}

/** A chunk's row. */
export interface ChunkRow extends ChunkInfoRow {
  readonly data: string;
}

/** The last chunk of a stream. */
export interface LastChunk {
  readonly start: number;
  readonly length: number;
  readonly seq: number;
  readonly writtenAt: number;
  /** The stream's last `Stream-Seq`. */
  readonly lastSeq: string | undefined;
  /** Number of the stream's producers. */
  readonly producers: number;
  /** Name of the last append to it. */
  readonly commit: string;
}

/** What a commit has to know of the path beyond what the rules see. */
export interface D1View extends CommitView {
  readonly path: string;
  /** The stream that is there. */
  readonly stored: StoredStream | undefined;
  /** The task whose being planned the decision may depend on. */
  readonly taskId: string | undefined;
}

/** Where a stream is stored, and at which version. */
export interface StoredStream {
  readonly number: number;
  readonly version: number;
  readonly last: LastChunk | undefined;
}

/** The path that a row tells of. */
export function viewOf(path: string, taskId: string | undefined, row: PathRow, limits: ChunkLimits): D1View {
  const last = row.last === null ? undefined : parseLast(row.last);
  const state = row.stream_id === null ? undefined : stateOf(row, row.stream_id, last, limits);
  return {
    path,
    taskId,
    snapshot: {
      state,
      producer: producerOf(row),
      forkEnd: row.readable_to ?? undefined,
      taskPlanned: row.planned > 0,
    },
    stored: state && { number: row.number, version: row.version, last },
  };
}

function stateOf(row: StreamColumns, streamId: string, last: LastChunk | undefined, limits: ChunkLimits): StreamState {
  const base: LogPosition = { pos: row.base_pos, seq: row.base_seq };
  return {
    streamId: brandStreamId(streamId),
    contentType: row.content_type,
    ttlSeconds: row.ttl_seconds ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    createdAt: row.created_at,
    base,
    fork: row.fork === null ? undefined : parseFork(row.fork),
    touchedAt: Math.max(row.touched_at, last?.writtenAt ?? 0),
    closed: row.closed === 1,
    softDeleted: row.soft_deleted === 1,
    tail: last === undefined ? base : tailAfter(last, limits),
    lastSeq: last?.lastSeq,
    producers: last?.producers ?? 0,
    forks: row.forks,
  };
}

/** What {@link LAST} says: SQLite writes what is parsed here. */
function parseLast(text: string): LastChunk {
  const columns: LastColumns = JSON.parse(text);
  const [start, length, seq, writtenAt, lastSeq, producers, commit] = columns;
  return { start, length, seq, writtenAt, lastSeq: lastSeq ?? undefined, producers, commit };
}

function producerOf({ epoch, producer_seq }: PathRow): ProducerState | undefined {
  return epoch === null || producer_seq === null ? undefined : { epoch, lastSeq: producer_seq };
}

/** A chunk without its data, as the engine names its parts. */
export function infoOf({ start, length, seq, lead, written_at }: ChunkInfoRow): ChunkInfo {
  return { start, length, seq, lead, writtenAt: written_at };
}

/** A chunk, as the engine names its parts. */
export function chunkOf(row: ChunkRow): Chunk {
  return { ...infoOf(row), data: fromHex(row.data) };
}

/** Fork records are written by this store alone: what comes back is what went in. */
function parseFork(text: string): ForkRecord {
  const fork: ForkRecord = JSON.parse(text);
  return fork;
}

/** Identities are written by this store alone. */
function brandStreamId(text: string): StreamId {
  return text as StreamId;
}
