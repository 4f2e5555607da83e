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
import { stateIn, tasksIn } from "./known-paths.ts";
import { Log } from "./log.ts";
import { streamIdIn } from "./path-record.ts";
import { Paths } from "./paths.ts";
import { PlannedTasks } from "./planned-tasks.ts";
import { parseReclaim, type Reclaim, reclaimTask } from "./reclaim-key.ts";
import { freeObjects } from "./removal.ts";
import { RollUp } from "./roll-up.ts";
import { TaskIndex } from "./task-index.ts";
import { Upkeep } from "./upkeep.ts";

/** What the backend runs on. */
export interface R2Host extends RetryHost {
  readonly bucket: R2Bucket;
  readonly keys: Keys;
  /** Commits to a segment, and segments to one of the next level. */
  readonly fanOut: number;
  /** Whose tasks it plans and performs. */
  readonly owner: string;
  /** Whether no other instance writes to the same streams. */
  readonly alone: boolean;
  /** Told when the next task is due: before tasks are planned, and after. */
  readonly onPlanned: ((nextDue: number) => void) | undefined;
  /** Takes work that nobody waits for. */
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined;
}

/** Streams in an R2 bucket: every commit is an object of its own, whose key is what contenders meet on. */
export class R2Backend implements Backend {
  /** Each chunk that is handed out is a copy, or nobody else's. */
  readonly detachable = true;
  readonly #host: R2Host;
  readonly #chain: Chain;
  readonly #paths: Paths;
  readonly #tasks: TaskIndex;
  readonly #planned: PlannedTasks;
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
    this.#planned = new PlannedTasks({ ...host, paths: this.#paths, tasks: this.#tasks });
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
    return stateIn(await retried(this.#host, () => this.#paths.loadStream(path)));
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
    return retried(this.#host, () => this.#planned.due(now, limit, kind));
  }

  async nextDue(): Promise<number | undefined> {
    return retried(this.#host, () => this.#planned.next());
  }

  async updateTasks(schedule: readonly Task[], cancel: readonly string[]): Promise<void> {
    for (const task of schedule) {
      const path = await this.#planned.pathOf(task.id);
      if (path !== undefined) await this.#update(path, [task], []);
    }
    for (const id of cancel) {
      const path = await this.#planned.pathOf(id);
      if (path !== undefined) await this.#update(path, [], [id]);
    }
  }

  async reclaim(key: string): Promise<boolean> {
    const job = parseReclaim(key);
    if (job === undefined) return true;
    return job.what === "stream" ? this.#freeStream(job) : this.#freeRolled(job);
  }

  async #freeStream({ streamId, path }: Reclaim): Promise<boolean> {
    const { bucket, keys, alone } = this.#host;
    const view = await this.#paths.load(path);
    if (streamIdIn(view.stored.record) === streamId) {
      if (view.chain?.removed === undefined) return true;
      // Nobody may be led to what is about to go.
      await this.#update(path, [], []);
    }
    if (!(await freeObjects(bucket, keys, { streamId, spareLast: !alone }))) return false;
    if (!alone) await this.#tasks.addOrphan(path, streamId);
    return true;
  }

  async #freeRolled(job: Reclaim): Promise<boolean> {
    const view = await this.#paths.load(job.path);
    if (streamIdIn(view.stored.record) !== job.streamId) return true;
    const again = await this.#upkeep.free(job.path);
    if (again === undefined) return true;
    await this.#update(job.path, [reclaimTask(job, again)], []);
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
    const at = await (taskId === undefined ? this.#paths.loadStream(path) : this.#paths.load(path));
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
    this.#planned.note(path, plan.planned);
    await this.#announce(plan.planned);
    if (!(await this.#writer.write(plan))) return "conflict";
    for (const put of [plan.first, plan.next]) if (put) this.#blocks.learn(put.streamId, put.entry, put.bytes);
    await this.#announce(plan.planned);
    if (plan.next && !plan.next.after.removed && this.#upkeep.isDue(plan.next.after)) await this.#keepUp(path);
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
    const later = await this.#upkeep.rollUp(path);
    if (later === undefined) return;
    const { streamId, at } = later;
    const task = reclaimTask({ what: "rolled", streamId, path }, at);
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

  async #stream({ path, streamId }: StreamKey): Promise<ChainState | undefined> {
    const known = this.#paths.peek(path)?.chain;
    if (known?.state.streamId === streamId) return known.removed ? undefined : known;
    const { chain } = await retried(this.#host, () => this.#paths.loadStream(path));
    return chain?.state.streamId === streamId && !chain.removed ? chain : undefined;
  }
}
