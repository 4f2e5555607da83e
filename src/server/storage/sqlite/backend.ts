import type { StreamId } from "../../../shared/index.ts";
import type { Backend, Chunk, ChunkInfo, StreamKey, Transacted } from "../engine/backend.ts";
import type { ChunkLimits } from "../engine/chunk-plan.ts";
import type { Commit, Decision } from "../engine/commit.ts";
import type { Snapshot, SnapshotKeys, StreamState } from "../engine/state.ts";
import type { Job, Task } from "../engine/task.ts";
import { CommitWriter } from "./commit-writer.ts";
import {
  type ChunkInfoRow,
  type ChunkRow,
  chunkOf,
  infoOf,
  type LastChunkRow,
  type StreamRow,
  stateOf,
} from "./rows.ts";
import { KEY, SCHEMA, SCHEMA_VERSION, START } from "./schema.ts";
import { TaskTable } from "./task-table.ts";

/** What the backend runs on: an object's whole storage, or only its SQL. */
export interface SqliteHost {
  readonly sql: SqlStorage;
  /** Runs `apply` so that a throw undoes all of it. */
  atomically<T>(apply: () => T): T;
  /** Called inside the transaction that plans a task, with the time at which the next one is due. */
  planned(nextDue: number): void;
}

const MAX_CACHED_NUMBERS = 1000;

const INFO = `${START} AS start, length(data) AS length, seq, lead, written_at`;
const LAST = `${START} AS start, length(data) AS length, seq, written_at, last_seq, producers`;

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
  readonly #writer: CommitWriter;
  /** Numbers of streams by identity: a number is never used again, so it cannot go stale. */
  readonly #numbers = new Map<string, number>();
  #initialized = false;

  constructor(host: SqliteHost, limits: ChunkLimits) {
    this.#host = host;
    this.#sql = host.sql;
    this.#limits = limits;
    this.#tasks = new TaskTable(host);
    this.#writer = new CommitWriter(host.sql, limits, this.#tasks);
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
      ? this.#writer.apply(path, row, last, snapshot.state, commit)
      : this.#host.atomically(() => this.#writer.apply(path, row, last, snapshot.state, commit));
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
    return this.#writer.free(Number(key));
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
