import type { LogPosition } from "../contract/index.ts";
import { type ChunkLimits, planChunks, tailAfter } from "../engine/chunk-plan.ts";
import type { AppendedBytes, Commit, CommittedProducer } from "../engine/commit.ts";
import type { StreamIdentity, StreamState } from "../engine/state.ts";
import { roomFor } from "./room.ts";
import type { LastChunkRow, StreamRow } from "./rows.ts";
import { EXTEND_CHUNK, EXTEND_CHUNK_IF_KNOWN, INSERT_CHUNK, KEY, UPSERT_PRODUCER } from "./schema.ts";
import type { TaskTable } from "./task-table.ts";

/** Chunk rows, and producer rows, that one step of freeing a removed stream deletes. */
const FREE_ROWS = 512;

/** A stream's row and that of its last chunk. */
export interface StreamRows {
  readonly row: StreamRow;
  readonly last: LastChunkRow;
}

/** What a commit left behind. */
export interface Applied {
  /** Where the log at the path ends now; `undefined` when the path is empty. */
  readonly tail: LogPosition | undefined;
  /** The last chunk, if the commit has written it. */
  readonly last?: LastChunkRow;
}

/** Writes commits into the tables. Whoever calls sees to it that all of a commit is written, or nothing. */
export class CommitWriter {
  readonly #sql: SqlStorage;
  readonly #limits: ChunkLimits;
  readonly #tasks: TaskTable;

  constructor(sql: SqlStorage, limits: ChunkLimits, tasks: TaskTable) {
    this.#sql = sql;
    this.#limits = limits;
    this.#tasks = tasks;
  }

  /**
   * Carries out a commit.
   *
   * @param row The stream at the path, and `last` its last chunk, as the decision saw them.
   */
  apply(
    path: string,
    row: StreamRow | undefined,
    last: LastChunkRow | undefined,
    state: StreamState | undefined,
    commit: Commit,
  ): Applied {
    if (commit.remove && row) this.#remove(path, row.number);
    let number = commit.remove ? undefined : row?.number;
    let tail = commit.remove ? undefined : state?.tail;
    if (commit.create) {
      number = this.#create(path, commit.create);
      tail = commit.create.base;
    }
    let written: LastChunkRow | undefined;
    if (number !== undefined && tail !== undefined) {
      if (commit.append) {
        written = this.#append(number, tail, commit.create ? undefined : last, commit.append, commit);
        tail = tailAfter(written, this.#limits);
      }
      this.#change(path, number, commit);
    }
    this.#tasks.update(commit.schedule ?? [], commit.cancel ?? []);
    return { tail, ...(written && { last: written }) };
  }

  /**
   * Extends a chunk, in one statement that looks whether the stream is still as it is known: there, open, and ending with
   * this chunk as it was. What it does not look at must not have been decided on.
   *
   * @returns The chunk afterwards; `undefined` when nothing was written because something has changed.
   */
  extendIfKnown(path: string, { row, last }: StreamRows, { framed, at }: AppendedBytes): LastChunkRow | undefined {
    const { bytes } = framed;
    const { number } = row;
    const length = last.length + bytes.length;
    const room = roomFor(length, this.#limits.coalesceBelow) - length;
    const known = [number, last.start, last.length, last.seq, path, row.stream_id];
    const { rowsWritten } = this.#sql.exec(EXTEND_CHUNK_IF_KNOWN, length, last.length, bytes, room, at, ...known);
    return rowsWritten === 0 ? undefined : { ...last, length, written_at: at };
  }

  /** Stores a producer's state. */
  storeProducer(number: number, { id, state }: CommittedProducer): void {
    this.#sql.exec(UPSERT_PRODUCER, number, id, state.epoch, state.lastSeq);
  }

  #create(path: string, { streamId, base, fork, ...identity }: StreamIdentity): number {
    const query =
      "INSERT INTO dcs_meta VALUES ('next_number', 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value";
    const number = this.#sql.exec<{ value: number }>(query).one().value;
    this.#sql.exec(
      `INSERT INTO dcs_streams (path, number, stream_id, content_type, ttl_seconds, expires_at, created_at, touched_at,
         base_pos, base_seq, fork) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      path,
      number,
      streamId,
      identity.contentType,
      identity.ttlSeconds ?? null,
      identity.expiresAt ?? null,
      identity.createdAt,
      identity.createdAt,
      base.pos,
      base.seq,
      fork === undefined ? null : JSON.stringify(fork),
    );
    return number;
  }

  #append(
    number: number,
    tail: LogPosition,
    last: LastChunkRow | undefined,
    { framed, at, seq }: AppendedBytes,
    { producer }: Commit,
  ): LastChunkRow {
    const open = last !== undefined && last.length < this.#limits.coalesceBelow ? last : undefined;
    const plan = planChunks(tail, open?.length ?? 0, framed, this.#limits);
    const last_seq = seq ?? last?.last_seq ?? null;
    const producers = (last?.producers ?? 0) + (producer && !producer.known ? 1 : 0);
    // Only the last chunk is ever extended.
    const roomBehind = (length: number, isLast: boolean): number =>
      isLast ? roomFor(length, this.#limits.coalesceBelow) - length : 0;
    let written: LastChunkRow | undefined;
    if (open && plan.extend) {
      const length = open.length + plan.extend.length;
      const room = roomBehind(length, plan.inserts.length === 0);
      const { extend } = plan;
      this.#sql.exec(EXTEND_CHUNK, length, open.length, extend, room, at, last_seq, producers, number, open.start);
      written = { ...open, length, written_at: at, last_seq, producers };
    }
    for (const { start, seq, lead, data } of plan.inserts) {
      const { length } = data;
      const room = roomBehind(length, start + length === plan.tail.pos);
      this.#sql.exec(INSERT_CHUNK, number, start, seq, lead, at, last_seq, producers, length, data, room);
      written = { start, length, seq, written_at: at, last_seq, producers };
    }
    if (written === undefined) throw new RangeError("An append without bytes writes no chunk");
    return written;
  }

  #change(path: string, number: number, commit: Commit): void {
    if (commit.producer) this.storeProducer(number, commit.producer);
    if (commit.addFork) {
      const { forkId, end } = commit.addFork;
      this.#sql.exec(
        "INSERT INTO dcs_forks VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET readable_to = excluded.readable_to",
        number,
        forkId,
        end,
      );
    }
    if (commit.dropFork)
      this.#sql.exec("DELETE FROM dcs_forks WHERE number = ? AND fork_id = ?", number, commit.dropFork);
    if (commit.addFork || commit.dropFork) {
      const count = "(SELECT count(*) FROM dcs_forks WHERE number = ?)";
      this.#sql.exec(`UPDATE dcs_streams SET forks = ${count} WHERE path = ?`, number, path);
    }
    const { close, softDelete, touchedAt } = commit;
    if (close || softDelete || touchedAt !== undefined) {
      this.#sql.exec(
        "UPDATE dcs_streams SET closed = max(closed, ?), soft_deleted = max(soft_deleted, ?), touched_at = max(touched_at, ?) WHERE path = ?",
        close ? 1 : 0,
        softDelete ? 1 : 0,
        touchedAt ?? 0,
        path,
      );
    }
  }

  #remove(path: string, number: number): void {
    this.#sql.exec("DELETE FROM dcs_streams WHERE path = ?", path);
    this.#sql.exec("DELETE FROM dcs_forks WHERE number = ?", number);
    if (this.free(number)) return;
    this.#tasks.update([{ id: `reclaim:${number}`, at: 0, job: { kind: "reclaim", key: String(number) } }], []);
  }

  /** Deletes some rows of a removed stream; `true` when none are left. */
  free(number: number): boolean {
    const chunks = this.#sql.exec(
      `DELETE FROM dcs_chunks WHERE k IN (SELECT k FROM dcs_chunks WHERE k >= ${KEY} AND k < ${KEY} LIMIT ${FREE_ROWS}) RETURNING 1`,
      number,
      0,
      number + 1,
      0,
    );
    if (chunks.toArray().length === FREE_ROWS) return false;
    const producers = this.#sql.exec(
      `DELETE FROM dcs_producers WHERE number = ?1 AND id IN (SELECT id FROM dcs_producers WHERE number = ?1 LIMIT ${FREE_ROWS}) RETURNING 1`,
      number,
    );
    return producers.toArray().length < FREE_ROWS;
  }
}
