import type { Clock, StreamId } from "../../../shared/index.ts";
import type { Backend, Chunk, ChunkInfo, StreamKey, Transacted } from "../engine/backend.ts";
import type { ChunkLimits } from "../engine/chunk-plan.ts";
import type { Commit, Decision } from "../engine/commit.ts";
import type { Snapshot, SnapshotKeys, StreamState } from "../engine/state.ts";
import type { Job, Task } from "../engine/task.ts";
import { type DueKey, DueKeys } from "./due-keys.ts";
import type { KeySpace } from "./key-space.ts";
import { LoneChunks } from "./lone-chunks.ts";
import { LoneRemoval } from "./lone-removal.ts";
import type { PathRecord } from "./record.ts";
import { commitRecord, type RecordCommit } from "./record-commit.ts";
import { RecordStore } from "./record-store.ts";
import { Turns } from "./turns.ts";
import type { Values } from "./values.ts";

/** What the backend runs on. */
export interface LoneHost {
  readonly values: Values;
  readonly keys: KeySpace;
  readonly clock: Clock;
  readonly limits: ChunkLimits;
  /** Told when the next task is due, before tasks are planned. */
  readonly onPlanned: ((nextDue: number) => void) | undefined;
}

/** When a creation is over, and a listing shows what it wrote, in ms. */
const GUARD_MS = 120_000;

/** Streams in KV and nothing else: immutable chunks, and a record for each path, written last, that names them. */
export class LoneBackend implements Backend {
  /** Chunks are handed out in buffers of their own. */
  readonly detachable = true;
  readonly #host: LoneHost;
  readonly #records: RecordStore;
  readonly #chunks: LoneChunks;
  readonly #removal: LoneRemoval;
  readonly #due: DueKeys;
  readonly #turns: Turns;
  /** Where the tasks are planned that were found due. */
  readonly #taskPaths = new Map<string, string>();
  /** Paths at which this instance planned releases. */
  readonly #releasing = new Set<string>();
  /** Keys that guarded the creation of streams that never came to be, by the task that frees what they left. */
  readonly #guards = new Map<string, string>();

  constructor(host: LoneHost) {
    const { values, keys, clock } = host;
    this.#host = host;
    this.#records = new RecordStore(values, keys, clock);
    this.#chunks = new LoneChunks(this.#records, values, keys);
    this.#removal = new LoneRemoval(values, keys, clock);
    this.#due = new DueKeys(values, keys);
    this.#turns = new Turns(clock);
  }

  transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Promise<Transacted<Result>> {
    return this.#turns.run(path, async () => {
      const record = await this.#records.loadForWriting(path);
      const snapshot = await this.#snapshot(record, keys);
      const { result, commit } = decide(snapshot);
      if (commit === undefined) return { result, tail: snapshot.state?.tail };
      if (isMereTouch(commit) && snapshot.state !== undefined) {
        await this.#storeAccess(snapshot.state.streamId, commit.touchedAt);
        return { result, tail: snapshot.state.tail };
      }
      const after = await this.#commit(path, record, snapshot, commit);
      return { result, tail: after.state?.tail };
    });
  }

  async load(path: string): Promise<StreamState | undefined> {
    return this.#stateOf(await this.#records.load(path));
  }

  peek(path: string): StreamState | undefined {
    return this.#records.peek(path)?.state;
  }

  chunkInfo(key: StreamKey, pos: number): Promise<ChunkInfo | undefined> {
    return this.#chunks.infoAt(key, pos);
  }

  chunkAt(key: StreamKey, pos: number): Promise<Chunk | undefined> {
    return this.#chunks.at(key, pos);
  }

  chunksFrom(key: StreamKey, start: number, end: number, budget: number): Promise<readonly Chunk[]> {
    return this.#chunks.from(key, start, Math.min(end, start + budget));
  }

  async dueTasks(now: number, limit: number, kind?: Job["kind"]): Promise<Task[]> {
    if (kind === "release") return this.#releases(now, limit);
    const found = new Map<string, Task>();
    for await (const key of this.#due.until(now)) {
      // In the path's turn: a record that is announced and not written yet is waited for.
      const record = await this.#turns.run(key.path, () => this.#records.loadForWriting(key.path));
      for (const task of await this.#tasksBehind(key, record, now)) {
        if (kind === undefined || task.job.kind === kind) found.set(task.id, task);
      }
      if (found.size >= limit) break;
    }
    return [...found.values()].sort((a, b) => a.at - b.at).slice(0, limit);
  }

  nextDue(): Promise<number | undefined> {
    return this.#due.next();
  }

  async updateTasks(schedule: readonly Task[], cancel: readonly string[]): Promise<void> {
    for (const path of new Set([...schedule.map(({ id }) => id), ...cancel].map((id) => this.#taskPaths.get(id)))) {
      if (path === undefined) continue;
      const isHere = (id: string): boolean => this.#taskPaths.get(id) === path;
      const commit: Commit = { schedule: schedule.filter(({ id }) => isHere(id)), cancel: cancel.filter(isHere) };
      await this.transact(path, {}, () => ({ result: undefined, commit }));
    }
    for (const id of cancel) {
      const guard = this.#guards.get(id);
      if (guard !== undefined) await this.#due.remove(guard);
      this.#guards.delete(id);
      this.#taskPaths.delete(id);
    }
  }

  async reclaim(key: string): Promise<boolean> {
    const later = await this.#removal.reclaim(key);
    if (later !== undefined) await this.updateTasks([later], []);
    return later === undefined;
  }

  async #commit(path: string, before: PathRecord, snapshot: Snapshot, decided: Commit): Promise<PathRecord> {
    const commit = decided.remove ? this.#removal.planned(decided, before) : decided;
    const change = commitRecord(before, snapshot, commit, mintCommitId(), this.#host.limits);
    const { record } = change;
    const streamId = record.state?.streamId;
    // Nothing else would lead to the chunks of a stream that is not there in the end.
    const isGuarded = commit.create !== undefined && change.sealed.length > 0;
    let guard: string | undefined;
    try {
      await this.#announce(path, commit.schedule ?? []);
      if (isGuarded) guard = await this.#due.guard(path, commit.create.streamId, this.#host.clock.now() + GUARD_MS);
      if (streamId !== undefined) await this.#storeImmutable(streamId, change);
      await this.#records.store(path, record);
    } catch (error) {
      if (streamId !== undefined) this.#removal.suspect(streamId);
      throw error;
    }
    if (commit.schedule?.some(({ job }) => job.kind === "release")) this.#releasing.add(path);
    await this.#due.withdraw(path, before.tasks.values(), record.tasks.values());
    // It does no harm, and is removed when it is due.
    if (guard !== undefined) await this.#due.remove(guard).catch(() => {});
    return record;
  }

  /** Releases that this instance planned, found without a listing: they are asked for with every removal. */
  async #releases(now: number, limit: number): Promise<Task[]> {
    const found: Task[] = [];
    for (const path of this.#releasing) {
      const { tasks } = this.#records.peek(path) ?? (await this.#records.load(path));
      const releases = [...tasks.values()].filter(({ job }) => job.kind === "release");
      if (releases.length === 0) this.#releasing.delete(path);
      for (const { id } of releases) this.#taskPaths.set(id, path);
      found.push(...releases.filter(({ at }) => at <= now));
    }
    return found.sort((a, b) => a.at - b.at).slice(0, limit);
  }

  /** What a key leads to; one that leads to nothing is removed. */
  async #tasksBehind(key: DueKey, record: PathRecord, now: number): Promise<Task[]> {
    if (key.guarded !== undefined && record.state?.streamId !== key.guarded) {
      const task = this.#removal.leftOf(key.guarded, key.at);
      this.#guards.set(task.id, key.name);
      return [task];
    }
    const tasks = [...record.tasks.values()];
    if (!tasks.some(({ at }) => at === key.at)) await this.#due.remove(key.name);
    const due = tasks.filter(({ at }) => at <= now);
    for (const { id } of due) this.#taskPaths.set(id, key.path);
    return due;
  }

  async #announce(path: string, schedule: readonly Task[]): Promise<void> {
    if (schedule.length === 0) return;
    const times = [...new Set(schedule.map(({ at }) => at))];
    await Promise.all(times.map((at) => this.#due.add(path, at)));
    this.#host.onPlanned?.(Math.min((await this.nextDue()) ?? Number.POSITIVE_INFINITY, ...times));
  }

  /** Nothing names these values yet: only the record makes them count. */
  async #storeImmutable(streamId: StreamId, { commitId, sealed, pages }: RecordCommit): Promise<void> {
    const { values, keys } = this.#host;
    const encoder = new TextEncoder();
    await Promise.all([
      ...sealed.map(({ seq, data }) => values.put(keys.chunk(streamId, seq, commitId), data)),
      ...pages.map(({ level, start, entries }) =>
        values.put(keys.indexPage(streamId, level, start, commitId), encoder.encode(JSON.stringify(entries))),
      ),
    ]);
  }

  async #snapshot(record: PathRecord, { producerId, forkId, taskId }: SnapshotKeys): Promise<Snapshot> {
    return {
      state: await this.#stateOf(record),
      producer: producerId === undefined ? undefined : record.producers.get(producerId),
      forkEnd: forkId === undefined ? undefined : record.forks.get(forkId),
      taskPlanned: taskId !== undefined && record.tasks.has(taskId),
    };
  }

  async #stateOf({ state }: PathRecord): Promise<StreamState | undefined> {
    if (state?.ttlSeconds === undefined) return state;
    const value = await this.#host.values.find(this.#host.keys.access(state.streamId));
    const accessedAt = value === undefined ? 0 : Number(new TextDecoder().decode(value));
    return accessedAt > state.touchedAt ? { ...state, touchedAt: accessedAt } : state;
  }

  /** Under a key of its own: whoever only reads must not write the record, of which it may have an old version. */
  async #storeAccess(streamId: StreamId, at: number): Promise<void> {
    await this.#host.values.put(this.#host.keys.access(streamId), new TextEncoder().encode(String(at)));
  }
}

function isMereTouch(commit: Commit): commit is Commit & { readonly touchedAt: number } {
  return commit.touchedAt !== undefined && Object.keys(commit).length === 1;
}

/** Tells one attempt to commit from all others of a stream. */
function mintCommitId(): string {
  let id = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(6))) id += byte.toString(16).padStart(2, "0");
  return id;
}
