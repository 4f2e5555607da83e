import type { LogPosition } from "../contract/index.ts";
import type { Backend, Chunk, ChunkInfo, StreamKey, Transacted } from "../engine/backend.ts";
import type { Decision } from "../engine/commit.ts";
import { type AppendTrace, type CommitPort, commitLoop, type Written } from "../engine/commit-loop.ts";
import { PathQueue } from "../engine/path-queue.ts";
import { type RetryHost, retried } from "../engine/retries.ts";
import type { Snapshot, SnapshotKeys, StreamState } from "../engine/state.ts";
import type { Job, Task } from "../engine/task.ts";
import { Blocks } from "./blocks.ts";
import { Chain } from "./chain.ts";
import type { ChainState } from "./chain-state.ts";
import { planCommit, type R2Plan, type R2View } from "./commit-plan.ts";
import { CommitWriter } from "./commit-writer.ts";
import type { Keys } from "./keys.ts";
import { type PathView, stateIn, tasksIn } from "./known-paths.ts";
import { Log } from "./log.ts";
import { streamIdIn } from "./path-record.ts";
import { Paths } from "./paths.ts";
import { parseReclaim, type Reclaim, reclaimTask } from "./reclaim-key.ts";
import { freeObjects } from "./removal.ts";
import { RollUp } from "./roll-up.ts";
import { type TaskEntry, TaskIndex } from "./task-index.ts";
import { TaskPaths } from "./task-paths.ts";
import { Upkeep } from "./upkeep.ts";

/** What the backend runs on. */
export interface R2Host extends RetryHost {
  readonly bucket: R2Bucket;
  readonly keys: Keys;
  /** Whose tasks it plans and performs. */
  readonly owner: string;
  /** Whether no other instance writes to the same streams. */
  readonly alone: boolean;
  /** Told when the next task is due: before tasks are planned, and after. */
  readonly onPlanned: ((nextDue: number) => void) | undefined;
  /** Takes work that nobody waits for. */
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined;
}

/** Entries without a task that are as old as this are of commits that were never made, in ms. */
const STRAY_MS = 60 * 60_000;

/** Streams in an R2 bucket: every commit is an object of its own, whose key is what contenders meet on. */
export class R2Backend implements Backend {
  /** Each chunk that is handed out is a copy, or nobody else's. */
  readonly detachable = true;
  readonly #host: R2Host;
  readonly #chain: Chain;
  readonly #paths: Paths;
  readonly #tasks: TaskIndex;
  readonly #taskPaths = new TaskPaths();
  readonly #writer: CommitWriter;
  readonly #blocks: Blocks;
  readonly #log: Log;
  readonly #upkeep: Upkeep;
  readonly #queue: PathQueue | undefined;

  constructor(host: R2Host) {
    this.#host = host;
    this.#chain = new Chain(host.bucket, host.keys);
    this.#paths = new Paths({ ...host, chain: this.#chain });
    this.#tasks = new TaskIndex(host);
    this.#writer = new CommitWriter({ ...host, chain: this.#chain, paths: this.#paths, tasks: this.#tasks });
    this.#blocks = new Blocks(host);
    const blocks = this.#blocks;
    this.#log = new Log({ blocks, stream: (key) => this.#stream(key) });
    this.#upkeep = new Upkeep({ ...host, paths: this.#paths, rollUp: new RollUp({ ...host, blocks }) });
    this.#queue = host.alone ? new PathQueue() : undefined;
  }

  async transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Promise<Transacted<Result>> {
    const run = () => this.#commit(path, keys, decide);
    return this.#queue === undefined ? run() : this.#queue.run(path, run);
  }

  async load(path: string): Promise<StreamState | undefined> {
    return stateIn(await retried(this.#host, () => this.#paths.load(path)));
  }

  peek(path: string): StreamState | undefined {
    const view = this.#paths.peek(path);
    return view && stateIn(view);
  }

  expect(key: StreamKey, position: LogPosition): void {
    this.#log.expect(key, position);
  }

  async chunkInfo(key: StreamKey, pos: number): Promise<ChunkInfo | undefined> {
    return this.#log.infoAt(key, pos);
  }

  async chunkAt(key: StreamKey, pos: number): Promise<Chunk | undefined> {
    return this.#log.chunkAt(key, pos);
  }

  async chunksFrom(key: StreamKey, start: number, end: number, budget: number): Promise<Chunk[]> {
    return this.#log.chunksFrom(key, start, end, budget);
  }

  async dueTasks(now: number, limit: number, kind?: Job["kind"]): Promise<Task[]> {
    return retried(this.#host, async () => {
      const due: Task[] = [];
      for await (const task of this.#planned()) {
        if (task.at > now || due.length === limit) break;
        if (kind === undefined || task.job.kind === kind) due.push(task);
      }
      return due;
    });
  }

  async nextDue(): Promise<number | undefined> {
    return retried(this.#host, async () => {
      for await (const { at } of this.#planned()) return at;
      return undefined;
    });
  }

  async updateTasks(schedule: readonly Task[], cancel: readonly string[]): Promise<void> {
    for (const task of schedule) {
      const path = await this.#pathOf(task.id);
      if (path !== undefined) await this.#update(path, [task], []);
    }
    for (const id of cancel) {
      const path = await this.#pathOf(id);
      if (path !== undefined) await this.#update(path, [], [id]);
    }
  }

  async reclaim(key: string): Promise<boolean> {
    const job = parseReclaim(key);
    if (job === undefined) return true;
    return job.what === "stream" ? this.#freeStream(job) : this.#freeRolled(job);
  }

  async #freeStream({ streamId, path }: Reclaim): Promise<boolean> {
    const { bucket, keys } = this.#host;
    const view = await this.#paths.load(path);
    if (streamIdIn(view.stored.record) === streamId) {
      if (view.chain?.removed === undefined) return true;
      // Nobody may be led to what is about to go.
      await this.#update(path, [], []);
    }
    return freeObjects(bucket, keys, streamId);
  }

  async #freeRolled(job: Reclaim): Promise<boolean> {
    const view = await this.#paths.load(job.path);
    if (streamIdIn(view.stored.record) !== job.streamId) return true;
    const { again } = await this.#upkeep.run(job.path);
    if (again === undefined) return true;
    await this.#update(job.path, [reclaimTask(job, Math.max(again, this.#host.clock.now()))], []);
    return false;
  }

  async #update(path: string, schedule: readonly Task[], cancel: readonly string[]): Promise<void> {
    await this.transact(path, {}, () => ({ result: undefined, commit: { schedule, cancel } }));
  }

  #commit<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Promise<Transacted<Result>> {
    return commitLoop(this.#port(path, keys), decide, this.#host);
  }

  #port(path: string, keys: SnapshotKeys): CommitPort<R2View, R2Plan> {
    return {
      load: () => this.#view(path, keys),
      plan: (view, commit, id) => planCommit(view, commit, id, this.#host.clock.now()),
      write: (plan) => this.#write(path, plan),
      trace: (plan) => this.#trace(plan),
    };
  }

  async #view(path: string, { producerId, forkId, taskId }: SnapshotKeys): Promise<R2View> {
    const at = await this.#paths.load(path);
    const live = at.chain?.removed === undefined ? at.chain : undefined;
    return {
      path,
      at,
      snapshot: {
        state: stateIn(at),
        producer: producerId === undefined ? undefined : live?.producers.get(producerId),
        forkEnd: forkId === undefined ? undefined : live?.forks.get(forkId),
        taskPlanned: taskId !== undefined && tasksIn(at).some(({ id }) => id === taskId),
      },
    };
  }

  async #write(path: string, plan: R2Plan): Promise<Written> {
    this.#taskPaths.note(path, plan.planned);
    await this.#announce(plan.planned);
    if (!(await this.#writer.write(plan))) return "conflict";
    for (const put of [plan.first, plan.next]) if (put) this.#blocks.learn(put.streamId, put.entry, put.bytes);
    await this.#announce(plan.planned);
    if (plan.next && !plan.next.after.removed && Upkeep.isDue(plan.next.after)) await this.#keepUp(path);
    return { tail: plan.tail };
  }

  async #keepUp(path: string): Promise<void> {
    // Whatever fails is done after the next segment.
    const work = this.#tidy(path).catch(() => {});
    const { waitUntil } = this.#host;
    if (waitUntil === undefined) await work;
    else waitUntil(work);
  }

  /** Not in the path's queue: the transaction that it follows may still have its turn. */
  async #tidy(path: string): Promise<void> {
    const { again, streamId } = await this.#upkeep.run(path);
    if (again === undefined || streamId === undefined) return;
    const task = reclaimTask({ what: "rolled", streamId, path }, again);
    const view = await this.#paths.load(path);
    if (tasksIn(view).some(({ id }) => id === task.id)) return;
    await this.#commit(path, {}, ({ state }) => ({
      result: undefined,
      commit: state?.streamId === streamId ? { schedule: [task] } : undefined,
    }));
  }

  async #trace({ next, id }: R2Plan): Promise<AppendTrace> {
    if (next === undefined) return "absent";
    const found = await this.#chain.commitId(next.streamId, next.after.number);
    if (found === undefined) return "unknown";
    return found === id ? "found" : "absent";
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

  /** The planned tasks, those that are due first before the others; on the way, entries of none are cleared away. */
  async *#planned(): AsyncGenerator<Task> {
    const views = new Map<string, PathView>();
    for await (const entry of this.#tasks.entries()) {
      const view = views.get(entry.path) ?? (await this.#paths.load(entry.path));
      views.set(entry.path, view);
      const task = tasksIn(view).find(({ id, at }) => id === entry.id && at === entry.at);
      if (task !== undefined) {
        this.#taskPaths.note(entry.path, [task]);
        yield task;
      } else if (this.#host.clock.now() - entry.madeAt > STRAY_MS) {
        await this.#clear(entry);
      }
    }
  }

  /** Clears away an entry of a commit that was never made, and a stream that was to be created by it. */
  async #clear(entry: TaskEntry): Promise<void> {
    const { bucket, keys } = this.#host;
    const { birth } = entry;
    if (birth !== undefined) {
      const { stored } = await this.#paths.load(entry.path);
      if (streamIdIn(stored.record) !== birth && !(await freeObjects(bucket, keys, birth))) return;
    }
    await this.#tasks.remove(entry);
  }

  async #pathOf(taskId: string): Promise<string | undefined> {
    const known = this.#taskPaths.get(taskId);
    if (known !== undefined) return known;
    for await (const { id, path } of this.#tasks.entries()) {
      if (id === taskId) return path;
    }
    return undefined;
  }

  async #stream({ path, streamId }: StreamKey): Promise<ChainState | undefined> {
    const known = this.#paths.peek(path)?.chain;
    if (known?.state.streamId === streamId) return known.removed ? undefined : known;
    const { chain } = await retried(this.#host, () => this.#paths.load(path));
    return chain?.state.streamId === streamId && !chain.removed ? chain : undefined;
  }
}
