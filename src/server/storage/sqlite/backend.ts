import type { StreamId } from "../../../shared/index.ts";
import type { LogPosition } from "../contract/index.ts";
import type { Backend, Chunk, ChunkInfo, StreamKey, Transacted } from "../engine/backend.ts";
import { type ChunkLimits, planChunks } from "../engine/chunk-plan.ts";
import type { AppendedBytes, Commit, Decision } from "../engine/commit.ts";
import type { Snapshot, SnapshotKeys, StreamIdentity, StreamState } from "../engine/state.ts";
import type { Job, Task } from "../engine/task.ts";
import {
  type ChunkInfoRow,
  type ChunkRow,
  chunkOf,
  infoOf,
  type LastChunkRow,
  type StreamRow,
  stateOf,
} from "./rows.ts";
import { POSITION_BITS, SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import { TaskTable } from "./task-table.ts";

/** What the backend runs on: an object's whole storage, or only its SQL. */
export interface SqliteHost {
  readonly sql: SqlStorage;
  /** Runs `apply` so that a throw undoes all of it. */
  atomically<T>(apply: () => T): T;
  /** Called inside the transaction that plans a task, with the time at which the next one is due. */
  planned(nextDue: number): void;
}

/** Chunk rows, and producer rows, that one step of freeing a removed stream deletes. */
const FREE_ROWS = 512;
const MAX_CACHED_NUMBERS = 1000;

const POSITION_MASK = 2 ** POSITION_BITS - 1;
const KEY = `(CAST(? AS INTEGER) << ${POSITION_BITS} | CAST(? AS INTEGER))`;
const INFO = `k & ${POSITION_MASK} AS start, length(data) AS length, seq, lead, written_at`;
const LAST = `k & ${POSITION_MASK} AS start, length(data) AS length, seq, written_at, last_seq, producers`;

/**
 * Streams in a Durable Object's SQLite. The object runs one piece of JavaScript at a time and SQL is synchronous, so
 * reading, deciding and writing without an `await` between them is one transaction already; writes of more than one
 * statement are wrapped so that a failing one undoes the others.
 */
export class SqliteBackend implements Backend {
  /** A row's blob is copied out of the database. */
  readonly detachable = true;
  readonly #host: SqliteHost;
  readonly #sql: SqlStorage;
  readonly #limits: ChunkLimits;
  readonly #tasks: TaskTable;
  /** Numbers of streams by identity: a number is never used again, so it cannot go stale. */
  readonly #numbers = new Map<string, number>();
  #initialized = false;

  constructor(host: SqliteHost, limits: ChunkLimits) {
    this.#host = host;
    this.#sql = host.sql;
    this.#limits = limits;
    this.#tasks = new TaskTable(host);
  }

  /** Creates the tables, or migrates older ones. Idempotent. */
  initialize(): void {
    if (this.#isInUse()) return;
    this.#host.atomically(() => {
      for (const statement of SCHEMA) this.#sql.exec(statement);
      this.#sql.exec("INSERT INTO dcs_meta VALUES ('schema_version', ?) ON CONFLICT DO NOTHING", SCHEMA_VERSION);
    });
    this.#initialized = true;
  }

  /** Whether nothing is stored and nothing is planned. */
  isEmpty(): boolean {
    if (!this.#isInUse()) return true;
    const query = "SELECT EXISTS (SELECT 1 FROM dcs_streams) OR EXISTS (SELECT 1 FROM dcs_tasks) AS used";
    return this.#sql.exec<{ used: number }>(query).one().used === 0;
  }

  /** Forgets that the tables exist, after the whole storage was deleted. */
  reset(): void {
    this.#initialized = false;
    this.#numbers.clear();
  }

  transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Transacted<Result> {
    const row = this.#streamRow(path);
    const last = row && this.#lastChunk(row.number);
    const snapshot = this.#snapshot(row, last, keys);
    const { result, commit } = decide(snapshot);
    if (commit === undefined) return { result, tail: snapshot.state?.tail };
    this.initialize();
    const tail = this.#isOneStatement(commit)
      ? this.#apply(path, row, last, snapshot.state, commit)
      : this.#host.atomically(() => this.#apply(path, row, last, snapshot.state, commit));
    return { result, tail };
  }

  load(path: string): StreamState | undefined {
    const row = this.#streamRow(path);
    return row && stateOf(row, this.#lastChunk(row.number), this.#limits);
  }

  peek(path: string): StreamState | undefined {
    return this.load(path);
  }

  chunkInfo(key: StreamKey, pos: number): ChunkInfo | undefined {
    const row = this.#chunkRow<ChunkInfoRow>(INFO, key, pos);
    return row && infoOf(row);
  }

  chunkAt(key: StreamKey, pos: number): Chunk | undefined {
    const row = this.#chunkRow<ChunkRow>(`${INFO}, data`, key, pos);
    return row && chunkOf(row);
  }

  chunksFrom(key: StreamKey, start: number, end: number, budget: number): Chunk[] {
    const number = this.#numberOf(key);
    if (number === undefined) return [];
    const query = `SELECT ${INFO}, data FROM dcs_chunks WHERE k >= ${KEY} AND k < ${KEY} ORDER BY k`;
    // Chunks of the budget's range of positions: every row is taken, since a cursor that is left before its end keeps
    // its statement, and the blob in it, until the collector runs.
    const limit = Math.min(end, start + budget);
    return this.#sql.exec<ChunkRow>(query, number, start, number, limit).toArray().map(chunkOf);
  }

  dueTasks(now: number, limit: number, kind?: Job["kind"]): Task[] {
    return this.#isInUse() ? this.#tasks.due(now, limit, kind) : [];
  }

  nextDue(): number | undefined {
    return this.#isInUse() ? this.#tasks.next() : undefined;
  }

  updateTasks(schedule: readonly Task[], cancel: readonly string[]): void {
    this.initialize();
    this.#host.atomically(() => this.#tasks.update(schedule, cancel));
  }

  reclaim(key: string): boolean {
    return this.#free(Number(key));
  }

  /**
   * Whether anything was ever written. Looking writes nothing: else every request for a stream that does not exist
   * would leave an object with tables behind, to be paid for ever after.
   */
  #isInUse(): boolean {
    this.#initialized ||= this.#storedVersion() !== undefined;
    return this.#initialized;
  }

  /** A commit that one statement carries out needs no transaction around it. */
  #isOneStatement({ append, ...others }: Commit): boolean {
    const { maxBytes, coalesceBelow } = this.#limits;
    const fits = append !== undefined && append.framed.bytes.length <= maxBytes - coalesceBelow;
    return fits && Object.keys(others).length === 0;
  }

  #snapshot(row: StreamRow | undefined, last: LastChunkRow | undefined, keys: SnapshotKeys): Snapshot {
    const { producerId, forkId, taskId } = keys;
    return {
      state: row && stateOf(row, last, this.#limits),
      producer: row && producerId !== undefined ? this.#producer(row.number, producerId) : undefined,
      forkEnd: row && forkId !== undefined ? this.#forkEnd(row.number, forkId) : undefined,
      taskPlanned: taskId !== undefined && this.#isInUse() && this.#tasks.has(taskId),
    };
  }

  #apply(
    path: string,
    row: StreamRow | undefined,
    last: LastChunkRow | undefined,
    state: StreamState | undefined,
    commit: Commit,
  ): LogPosition | undefined {
    if (commit.remove && row) this.#remove(path, row.number);
    let number = commit.remove ? undefined : row?.number;
    let tail = commit.remove ? undefined : state?.tail;
    if (commit.create) {
      number = this.#create(path, commit.create);
      tail = commit.create.base;
    }
    if (number !== undefined && tail !== undefined) {
      if (commit.append) tail = this.#append(number, tail, commit.create ? undefined : last, commit.append, commit);
      this.#change(path, number, commit);
    }
    this.#tasks.update(commit.schedule ?? [], commit.cancel ?? []);
    return tail;
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
  ): LogPosition {
    const open = last !== undefined && last.length < this.#limits.coalesceBelow ? last : undefined;
    const plan = planChunks(tail, open?.length ?? 0, framed, this.#limits);
    const lastSeq = seq ?? last?.last_seq ?? null;
    const producers = (last?.producers ?? 0) + (producer && !producer.known ? 1 : 0);
    if (open && plan.extend) {
      this.#sql.exec(
        `UPDATE dcs_chunks SET data = CAST(data || ? AS BLOB), written_at = ?, last_seq = ?, producers = ? WHERE k = ${KEY}`,
        plan.extend,
        at,
        lastSeq,
        producers,
        number,
        open.start,
      );
    }
    for (const chunk of plan.inserts) {
      this.#sql.exec(
        `INSERT INTO dcs_chunks (k, seq, lead, written_at, last_seq, producers, data) VALUES (${KEY}, ?, ?, ?, ?, ?, ?)`,
        number,
        chunk.start,
        chunk.seq,
        chunk.lead,
        at,
        lastSeq,
        producers,
        chunk.data,
      );
    }
    return plan.tail;
  }

  #change(path: string, number: number, commit: Commit): void {
    if (commit.producer) {
      const { id, state } = commit.producer;
      this.#sql.exec(
        "INSERT INTO dcs_producers VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq",
        number,
        id,
        state.epoch,
        state.lastSeq,
      );
    }
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
    if (this.#free(number)) return;
    this.#tasks.update([{ id: `reclaim:${number}`, at: 0, job: { kind: "reclaim", key: String(number) } }], []);
  }

  /** Deletes some rows of a removed stream; `true` when none are left. */
  #free(number: number): boolean {
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

  #streamRow(path: string): StreamRow | undefined {
    if (!this.#isInUse()) return undefined;
    const row = first(this.#sql.exec<StreamRow>("SELECT * FROM dcs_streams WHERE path = ?", path));
    if (row !== undefined) this.#remember(row);
    return row;
  }

  /** The version of the tables that are there; asking the schema would read a row for each table. */
  #storedVersion(): number | undefined {
    try {
      const query = "SELECT value FROM dcs_meta WHERE key = 'schema_version'";
      return first(this.#sql.exec<{ value: number }>(query))?.value;
    } catch (error) {
      // Any other failure must not make streams look as if they were not there.
      if (error instanceof Error && error.message.includes("no such table")) return undefined;
      throw error;
    }
  }

  #remember({ stream_id, number }: StreamRow): void {
    if (this.#numbers.has(stream_id)) return;
    if (this.#numbers.size >= MAX_CACHED_NUMBERS) this.#numbers.clear();
    this.#numbers.set(stream_id, number);
  }

  #lastChunk(number: number): LastChunkRow | undefined {
    const query = `SELECT ${LAST} FROM dcs_chunks WHERE k >= ${KEY} AND k < ${KEY} ORDER BY k DESC LIMIT 1`;
    return first(this.#sql.exec<LastChunkRow>(query, number, 0, number + 1, 0));
  }

  #chunkRow<Row extends ChunkInfoRow>(columns: string, key: StreamKey, pos: number): Row | undefined {
    const number = this.#numberOf(key);
    if (number === undefined) return undefined;
    const query = `SELECT ${columns} FROM dcs_chunks WHERE k >= ${KEY} AND k <= ${KEY} ORDER BY k DESC LIMIT 1`;
    return first(this.#sql.exec<Row>(query, number, 0, number, pos));
  }

  #producer(number: number, id: string): Snapshot["producer"] {
    const query = "SELECT epoch, seq FROM dcs_producers WHERE number = ? AND id = ?";
    const row = first(this.#sql.exec<{ epoch: number; seq: number }>(query, number, id));
    return row && { epoch: row.epoch, lastSeq: row.seq };
  }

  #forkEnd(number: number, forkId: StreamId): number | undefined {
    const query = "SELECT readable_to FROM dcs_forks WHERE number = ? AND fork_id = ?";
    return first(this.#sql.exec<{ readable_to: number }>(query, number, forkId))?.readable_to;
  }

  #numberOf({ path, streamId }: StreamKey): number | undefined {
    const known = this.#numbers.get(streamId);
    if (known !== undefined) return known;
    const row = this.#streamRow(path);
    return row?.stream_id === streamId ? row.number : undefined;
  }
}

function first<Row extends Record<string, SqlStorageValue>>(cursor: SqlStorageCursor<Row>): Row | undefined {
  // To the end as well, though there is one row at most: see `chunksFrom`.
  return cursor.toArray()[0];
}
