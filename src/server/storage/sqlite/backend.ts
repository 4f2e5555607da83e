import type { StreamId } from "../../../shared/index.ts";
import type { Backend, Chunk, ChunkInfo, StreamKey, Transacted } from "../engine/backend.ts";
import { type ChunkLimits, tailAfter } from "../engine/chunk-plan.ts";
import type { AppendedBytes, Commit, Decision } from "../engine/commit.ts";
import type { Snapshot, SnapshotKeys, StreamState } from "../engine/state.ts";
import type { Job, Task } from "../engine/task.ts";
import { type Applied, CommitWriter, type StreamRows } from "./commit-writer.ts";
import {
  type ChunkInfoRow,
  type ChunkRow,
  chunkOf,
  infoOf,
  type LastChunkRow,
  type StreamRow,
  stateOf,
} from "./rows.ts";
import { KEY, MIGRATIONS, SCHEMA, SCHEMA_VERSION, START } from "./schema.ts";
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
/** Streams of which the last append is remembered. */
const MAX_KNOWN = 1000;

const INFO = `${START} AS start, size AS length, seq, lead, written_at`;
const LAST = `${START} AS start, size AS length, seq, written_at, last_seq, producers`;

// Whole, so that the runtime finds each statement that it has prepared by the text's identity.
const STREAM = "SELECT * FROM dcs_streams WHERE path = ?";
const LAST_CHUNK = `SELECT ${LAST} FROM dcs_chunks WHERE k >= ${KEY} AND k < ${KEY} ORDER BY k DESC LIMIT 1`;
const AT = `FROM dcs_chunks WHERE k >= ${KEY} AND k <= ${KEY} ORDER BY k DESC LIMIT 1`;
const CHUNK_INFO_AT = `SELECT ${INFO} ${AT}`;
const CHUNK_AT = `SELECT ${INFO}, data ${AT}`;
const CHUNKS_FROM = `SELECT ${INFO}, data FROM dcs_chunks WHERE k >= ${KEY} AND k < ${KEY} ORDER BY k`;

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
  /** Numbers of streams by identity: an identity is never used again, so it cannot go stale. */
  readonly #numbers = new Map<string, number>();
  /** Streams as their last append has left them, where that was an open chunk. */
  readonly #known = new Map<string, StreamRows>();
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
    this.#known.clear();
  }

  transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Transacted<Result> {
    const known = this.#known.get(path);
    const mayAppend = keys.forkId === undefined && keys.taskId === undefined;
    const appended = known && mayAppend ? this.#appendToKnown(path, known, keys, decide) : undefined;
    return appended ?? this.#readAndTransact(path, keys, decide);
  }

  load(path: string): StreamState | undefined {
    const row = this.#streamRow(path);
    return row && stateOf(row, this.#lastChunk(row.number), this.#limits);
  }

  peek(path: string): StreamState | undefined {
    return this.load(path);
  }

  chunkInfo(key: StreamKey, pos: number): ChunkInfo | undefined {
    const row = this.#chunkRow<ChunkInfoRow>(CHUNK_INFO_AT, key, pos);
    return row && infoOf(row);
  }

  chunkAt(key: StreamKey, pos: number): Chunk | undefined {
    const row = this.#chunkRow<ChunkRow>(CHUNK_AT, key, pos);
    return row && chunkOf(row);
  }

  chunksFrom(key: StreamKey, start: number, end: number, budget: number): Chunk[] {
    const number = this.#numberOf(key);
    if (number === undefined) return [];
    // Chunks of the budget's range of positions: every row is taken, since a cursor that is left before its end keeps
    // its statement, and the blob in it, until the collector runs.
    const limit = Math.min(end, start + budget);
    return this.#sql.exec<ChunkRow>(CHUNKS_FROM, number, start, number, limit).toArray().map(chunkOf);
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
    if (this.#initialized) return true;
    const version = this.#storedVersion();
    if (version === undefined) return false;
    this.#migrate(version);
    this.#initialized = true;
    return true;
  }

  #migrate(from: number): void {
    if (from === SCHEMA_VERSION) return;
    if (from > SCHEMA_VERSION) {
      throw new Error(`The tables dcs_… are of version ${from}: go back to the release of this package that made them`);
    }
    this.#host.atomically(() => {
      for (let version = from; version < SCHEMA_VERSION; version += 1) {
        for (const statement of MIGRATIONS.get(version) ?? []) this.#sql.exec(statement);
      }
      this.#sql.exec("UPDATE dcs_meta SET value = ? WHERE key = 'schema_version'", SCHEMA_VERSION);
    });
  }

  /**
   * Appends without reading first, where the last append has left what a decision needs: most appends follow another one.
   * What is known may be old (a second store on the same storage, a transaction around the store that was rolled back), so
   * the statement that writes looks whether it still holds, and whatever is not a mere append is decided by what is stored.
   */
  #appendToKnown<Result>(
    path: string,
    known: StreamRows,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Transacted<Result> | undefined {
    const { result, commit } = decideOrRefuse(decide, this.#snapshot(known.row, known.last, keys)) ?? {};
    const append = commit && this.#mereAppend(commit);
    if (result === undefined || commit === undefined || !append?.movable) return undefined;
    const { producer } = commit;
    // Whatever comes of it, only what is written now is known afterwards.
    this.#known.delete(path);
    const write = (): LastChunkRow | undefined => {
      const last = this.#writer.extendIfKnown(path, known, append);
      if (last !== undefined && producer !== undefined) this.#writer.storeProducer(known.row.number, producer);
      return last;
    };
    const last = producer === undefined ? write() : this.#host.atomically(write);
    if (last === undefined) return undefined;
    this.#remember(path, known.row, last);
    return { result, tail: tailAfter(last, this.#limits) };
  }

  #readAndTransact<Result>(
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
    this.#known.delete(path);
    const isMereAppend = this.#mereAppend(commit) !== undefined;
    const apply = (): Applied => this.#writer.apply(path, row, last, snapshot.state, commit);
    const applied = isMereAppend && commit.producer === undefined ? apply() : this.#host.atomically(apply);
    if (isMereAppend && row !== undefined && applied.last !== undefined) this.#remember(path, row, applied.last);
    return { result, tail: applied.tail };
  }

  /** What a commit appends, if that fits one chunk and is all it does, but for a producer's state. */
  #mereAppend({ append, producer: _producer, ...others }: Commit): AppendedBytes | undefined {
    const { maxBytes, coalesceBelow } = this.#limits;
    const fits = append !== undefined && append.framed.bytes.length <= maxBytes - coalesceBelow;
    return fits && Object.keys(others).length === 0 ? append : undefined;
  }

  /** Only what an append will extend: one that begins a chunk asks first, and costs no row more that way. */
  #remember(path: string, row: StreamRow, last: LastChunkRow): void {
    if (last.length >= this.#limits.coalesceBelow) return;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(path, { row, last });
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
    const row = first(this.#sql.exec<StreamRow>(STREAM, path));
    if (row !== undefined) this.#rememberNumber(row);
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

  #rememberNumber({ stream_id, number }: StreamRow): void {
    if (this.#numbers.has(stream_id)) return;
    if (this.#numbers.size >= MAX_CACHED_NUMBERS) this.#numbers.clear();
    this.#numbers.set(stream_id, number);
  }

  #lastChunk(number: number): LastChunkRow | undefined {
    return first(this.#sql.exec<LastChunkRow>(LAST_CHUNK, number, 0, number + 1, 0));
  }

  #chunkRow<Row extends ChunkInfoRow>(query: string, key: StreamKey, pos: number): Row | undefined {
    const number = this.#numberOf(key);
    if (number === undefined) return undefined;
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

/** A decision by what may be old: a refusal is none. */
function decideOrRefuse<Result>(
  decide: (snapshot: Snapshot) => Decision<Result>,
  snapshot: Snapshot,
): Decision<Result> | undefined {
  try {
    return decide(snapshot);
  } catch {
    return undefined;
  }
}
