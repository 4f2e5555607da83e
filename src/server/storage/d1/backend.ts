import type { LogPosition } from "../contract/index.ts";
import type { Backend, Chunk, ChunkInfo, StreamKey, Transacted } from "../engine/backend.ts";
import { type ChunkLimits, tailAfter } from "../engine/chunk-plan.ts";
import type { Commit, Decision } from "../engine/commit.ts";
import { type AppendTrace, type CommitPort, commitLoop, type Written } from "../engine/commit-loop.ts";
import { PathQueue } from "../engine/path-queue.ts";
import { type RetryHost, retried } from "../engine/retries.ts";
import { SeenStates } from "../engine/seen-states.ts";
import type { Snapshot, SnapshotKeys, StreamState } from "../engine/state.ts";
import type { Job, Task } from "../engine/task.ts";
import { type D1Plan, planCommit } from "./commit-statements.ts";
import type { BatchRows, Database, Statement } from "./database.ts";
import { freeStatements, leftStatement } from "./removal.ts";
import { type ChunkInfoRow, type ChunkRow, chunkOf, type D1View, infoOf, LOAD, type PathRow, viewOf } from "./rows.ts";
import { KEY, START } from "./schema.ts";
import { cancelStatement, dueStatement, nextDueStatement, scheduleStatement, type TaskRow, taskOf } from "./tasks.ts";
import { traceIn } from "./trail.ts";

/** What the backend runs on. */
export interface D1Host extends RetryHost {
  readonly database: Database;
  readonly limits: ChunkLimits;
  /** Whose tasks it plans and performs. */
  readonly owner: string;
  /** Whether no other instance writes to the same streams. */
  readonly alone: boolean;
  /** Told when the next task is due: before tasks are planned, and after. */
  readonly onPlanned: ((nextDue: number) => void) | undefined;
}

const INFO = `${START} AS start, length(data) AS length, seq, lead, written_at`;
const DATA = `${INFO}, hex(data) AS data`;
/** Streams whose numbers are remembered at a time. */
const MAX_NUMBERS = 1000;

/** Streams in a D1 database: one batch writes a commit, if nothing has changed since it was decided. */
export class D1Backend implements Backend {
  /** Bytes are decoded for whoever asks. */
  readonly detachable = true;
  readonly #host: D1Host;
  readonly #database: Database;
  readonly #seen = new SeenStates();
  readonly #queue: PathQueue | undefined;
  /** Numbers of streams by identity: a number is never used again, so it cannot go stale. */
  readonly #numbers = new Map<string, number>();

  constructor(host: D1Host) {
    this.#host = host;
    this.#database = host.database;
    this.#queue = host.alone ? new PathQueue() : undefined;
  }

  async transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Promise<Transacted<Result>> {
    const run = () => commitLoop(this.#port(path, keys), decide, this.#host);
    return this.#queue === undefined ? run() : this.#queue.run(path, run);
  }

  async load(path: string): Promise<StreamState | undefined> {
    const view = await retried(this.#host, () => this.#view(path, {}));
    return view.snapshot.state;
  }

  peek(path: string): StreamState | undefined {
    return this.#seen.get(path);
  }

  async chunkInfo(key: StreamKey, pos: number): Promise<ChunkInfo | undefined> {
    const [row] = await this.#chunkRows<ChunkInfoRow>(key, (number) => at(INFO, number, pos));
    return row && infoOf(row);
  }

  async chunkAt(key: StreamKey, pos: number): Promise<Chunk | undefined> {
    const [row] = await this.#chunkRows<ChunkRow>(key, (number) => at(DATA, number, pos));
    return row && chunkOf(row);
  }

  async chunksFrom(key: StreamKey, start: number, end: number, budget: number): Promise<Chunk[]> {
    const rows = await this.#chunkRows<ChunkRow>(key, (number) => ({
      sql: `SELECT ${DATA} FROM dcs_chunks WHERE k >= ${KEY} AND k < ${KEY} ORDER BY k`,
      params: [number, start, number, Math.min(end, start + budget)],
    }));
    return rows.map(chunkOf);
  }

  async dueTasks(now: number, limit: number, kind?: Job["kind"]): Promise<Task[]> {
    const rows = await this.#fresh<TaskRow>(dueStatement(this.#host.owner, now, limit, kind));
    return rows.map(taskOf);
  }

  async nextDue(): Promise<number | undefined> {
    const [row] = await this.#fresh<{ at: number | null }>(nextDueStatement(this.#host.owner));
    return row?.at ?? undefined;
  }

  async updateTasks(schedule: readonly Task[], cancel: readonly string[]): Promise<void> {
    await this.#announce(schedule);
    const statements = [
      ...schedule.map((task) => scheduleStatement(this.#host.owner, task)),
      ...cancel.map(cancelStatement),
    ];
    await retried(this.#host, () => this.#database.batch(statements));
    await this.#announce(schedule);
  }

  async reclaim(key: string): Promise<boolean> {
    const number = Number(key);
    const rows = await retried(this.#host, () =>
      this.#database.batch([...freeStatements(number), leftStatement(number)]),
    );
    return numberIn(rows.at(-1), "remaining") === 0;
  }

  #port(path: string, keys: SnapshotKeys): CommitPort<D1View, D1Plan> {
    return {
      load: () => this.#view(path, keys),
      plan: (view, commit: Commit, id) => planCommit(view, commit, id, this.#host),
      write: (plan) => this.#write(path, plan),
      trace: (plan) => this.#trace(plan),
    };
  }

  async #view(path: string, { producerId, forkId, taskId }: SnapshotKeys): Promise<D1View> {
    const params = [path, producerId ?? null, forkId ?? null, taskId ?? null];
    const [row] = await this.#database.fresh<PathRow>({ sql: LOAD, params });
    if (row === undefined) throw new Error("D1 returned no row");
    const view = viewOf(path, taskId, row, this.#host.limits);
    this.#note(path, view.snapshot.state, view.stored?.number);
    return view;
  }

  async #write(path: string, plan: D1Plan): Promise<Written> {
    const schedule = plan.commit.schedule ?? [];
    await this.#announce(schedule);
    let rows: BatchRows;
    try {
      rows = await this.#database.batch(plan.statements);
    } catch (error) {
      if (isConflict(error)) return "conflict";
      throw error;
    }
    const tail = this.#tailOf(plan, rows);
    this.#note(path, plan.after && tail && { ...plan.after, tail }, undefined);
    await this.#announce(schedule);
    return { tail };
  }

  /** A movable append says itself where it ended up. */
  #tailOf({ append, tail, view }: D1Plan, rows: BatchRows): LogPosition | undefined {
    const last = view.stored?.last;
    if (append?.movable === undefined || last === undefined) return tail;
    return tailAfter({ ...last, length: numberIn(rows[1], "length") }, this.#host.limits);
  }

  /** Only the chunk that holds the first appended byte, or the one that a movable append went to, can name the append. */
  async #trace({ append, id, view }: D1Plan): Promise<AppendTrace> {
    const { stored, snapshot } = view;
    const pos = append?.movable?.start ?? snapshot.state?.tail.pos;
    if (stored === undefined || pos === undefined) return "absent";
    const [row] = await this.#database.fresh<{ trail: string }>(at("trail", stored.number, pos));
    return row === undefined ? "unknown" : traceIn(row.trail, id, stored.last?.commit);
  }

  /**
   * Tells when the next task is due, before and after tasks are planned: an alarm that is set before cannot be missing
   * whatever happens on the way, and one that comes early does no harm.
   */
  async #announce(schedule: readonly Task[]): Promise<void> {
    const { onPlanned } = this.#host;
    if (schedule.length === 0 || onPlanned === undefined) return;
    const planned = await this.nextDue();
    onPlanned(Math.min(planned ?? Number.POSITIVE_INFINITY, ...schedule.map((task) => task.at)));
  }

  #note(path: string, state: StreamState | undefined, number: number | undefined): void {
    this.#seen.note(path, state);
    if (state === undefined || number === undefined || this.#numbers.has(state.streamId)) return;
    if (this.#numbers.size >= MAX_NUMBERS) this.#numbers.clear();
    this.#numbers.set(state.streamId, number);
  }

  async #fresh<Row>(statement: Statement): Promise<readonly Row[]> {
    return retried(this.#host, () => this.#database.fresh<Row>(statement));
  }

  async #chunkRows<Row>(key: StreamKey, statement: (number: number) => Statement): Promise<readonly Row[]> {
    const number = await this.#numberOf(key);
    if (number === undefined) return [];
    return retried(this.#host, () => this.#database.settled<Row>(statement(number)));
  }

  async #numberOf({ path, streamId }: StreamKey): Promise<number | undefined> {
    const known = this.#numbers.get(streamId);
    if (known !== undefined) return known;
    await this.load(path);
    return this.#numbers.get(streamId);
  }
}

/** Finds the chunk that begins at a position or is the last one to begin before it. */
const at = (columns: string, number: number, pos: number): Statement => ({
  sql: `SELECT ${columns} FROM dcs_chunks WHERE k >= ${KEY} AND k <= ${KEY} ORDER BY k DESC LIMIT 1`,
  params: [number, 0, number, pos],
});

const isConflict = (error: unknown): boolean => error instanceof Error && error.message.includes("dcs_guard.conflict");

/** A number in the first row that a statement returned. */
function numberIn(rows: readonly unknown[] | undefined, column: string): number {
  const [row] = rows ?? [];
  const value: unknown = typeof row === "object" && row !== null ? Reflect.get(row, column) : undefined;
  if (typeof value !== "number") throw new TypeError(`D1 returned no ${column}`);
  return value;
}
