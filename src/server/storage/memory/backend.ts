import type { ProducerState, StreamId } from "../../../shared/index.ts";
import type { LogPosition } from "../contract/index.ts";
import type { Backend, Chunk, StreamKey, Transacted } from "../engine/backend.ts";
import { type ChunkLimits, planChunks, tailAfter } from "../engine/chunk-plan.ts";
import type { AppendedBytes, Commit, Decision } from "../engine/commit.ts";
import type { Snapshot, SnapshotKeys, StreamIdentity, StreamState } from "../engine/state.ts";
import type { Job, Task } from "../engine/task.ts";
import { GrowingChunk } from "./growing-chunk.ts";

/** One stream with everything that belongs to it. */
interface StoredStream {
  readonly identity: StreamIdentity;
  readonly chunks: GrowingChunk[];
  readonly producers: Map<string, ProducerState>;
  readonly forks: Map<StreamId, number>;
  closed: boolean;
  softDeleted: boolean;
  touchedAt: number;
  lastSeq: string | undefined;
}

/** Keeps streams in maps. JavaScript runs one transaction at a time, and every rule comes before the first change. */
export class MemoryBackend implements Backend {
  /** What is handed out is what is stored. */
  readonly detachable = false;
  readonly #streams = new Map<string, StoredStream>();
  readonly #tasks = new Map<string, Task>();
  readonly #limits: ChunkLimits;
  readonly #onPlanned: (nextDue: number) => void;

  constructor(limits: ChunkLimits, onPlanned: (nextDue: number) => void = () => {}) {
    this.#limits = limits;
    this.#onPlanned = onPlanned;
  }

  transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Transacted<Result> {
    const { result, commit } = decide(this.#snapshot(path, keys));
    if (commit !== undefined) this.#apply(path, commit);
    const stream = this.#streams.get(path);
    return { result, tail: stream && this.#tail(stream) };
  }

  load(path: string): StreamState | undefined {
    const stream = this.#streams.get(path);
    if (stream === undefined) return undefined;
    return {
      ...stream.identity,
      touchedAt: stream.touchedAt,
      closed: stream.closed,
      softDeleted: stream.softDeleted,
      tail: this.#tail(stream),
      lastSeq: stream.lastSeq,
      producers: stream.producers.size,
      forks: stream.forks.size,
    };
  }

  peek(path: string): StreamState | undefined {
    return this.load(path);
  }

  chunkInfo(key: StreamKey, pos: number): Chunk | undefined {
    return this.chunkAt(key, pos);
  }

  chunkAt(key: StreamKey, pos: number): Chunk | undefined {
    const chunks = this.#chunks(key);
    const at = lastStartingAtOrBefore(chunks, pos);
    return chunks[at]?.view();
  }

  chunksFrom(key: StreamKey, start: number, end: number, budget: number): Chunk[] {
    const chunks = this.#chunks(key);
    const found: Chunk[] = [];
    let bytes = 0;
    for (let at = lastStartingAtOrBefore(chunks, start); at < chunks.length; at++) {
      const chunk = chunks[at]?.view();
      if (chunk === undefined || chunk.start < start) continue;
      if (chunk.start >= end || bytes >= budget) break;
      found.push(chunk);
      bytes += chunk.length;
    }
    return found;
  }

  dueTasks(now: number, limit: number, kind?: Job["kind"]): Task[] {
    return [...this.#tasks.values()]
      .filter((task) => task.at <= now && (kind === undefined || task.job.kind === kind))
      .sort((a, b) => a.at - b.at)
      .slice(0, limit);
  }

  nextDue(): number | undefined {
    let next: number | undefined;
    for (const { at } of this.#tasks.values()) next = next === undefined ? at : Math.min(next, at);
    return next;
  }

  updateTasks(schedule: readonly Task[], cancel: readonly string[]): void {
    for (const task of schedule) this.#tasks.set(task.id, task);
    for (const id of cancel) this.#tasks.delete(id);
    const nextDue = schedule.length > 0 ? this.nextDue() : undefined;
    if (nextDue !== undefined) this.#onPlanned(nextDue);
  }

  /** Removed streams leave nothing behind. */
  reclaim(): boolean {
    return true;
  }

  #snapshot(path: string, { producerId, forkId, taskId }: SnapshotKeys): Snapshot {
    const stream = this.#streams.get(path);
    return {
      state: this.load(path),
      producer: producerId === undefined ? undefined : stream?.producers.get(producerId),
      forkEnd: forkId === undefined ? undefined : stream?.forks.get(forkId),
      taskPlanned: taskId !== undefined && this.#tasks.has(taskId),
    };
  }

  #apply(path: string, commit: Commit): void {
    if (commit.remove) this.#streams.delete(path);
    if (commit.create) this.#streams.set(path, emptyStream(commit.create));
    const stream = this.#streams.get(path);
    if (stream !== undefined) this.#change(stream, commit);
    this.updateTasks(commit.schedule ?? [], commit.cancel ?? []);
  }

  #change(stream: StoredStream, commit: Commit): void {
    if (commit.append) this.#append(stream, commit.append);
    if (commit.close) stream.closed = true;
    if (commit.softDelete) stream.softDeleted = true;
    if (commit.producer) stream.producers.set(commit.producer.id, commit.producer.state);
    if (commit.touchedAt !== undefined) stream.touchedAt = Math.max(stream.touchedAt, commit.touchedAt);
    if (commit.addFork) stream.forks.set(commit.addFork.forkId, commit.addFork.end);
    if (commit.dropFork) stream.forks.delete(commit.dropFork);
  }

  #append(stream: StoredStream, { framed, at, seq }: AppendedBytes): void {
    const last = stream.chunks.at(-1);
    const open = last !== undefined && last.length < this.#limits.coalesceBelow ? last : undefined;
    const plan = planChunks(this.#tail(stream), open?.length ?? 0, framed, this.#limits);
    if (plan.extend) open?.extend(plan.extend, at);
    for (const chunk of plan.inserts) stream.chunks.push(new GrowingChunk(chunk, at));
    stream.touchedAt = at;
    if (seq !== undefined) stream.lastSeq = seq;
  }

  #tail(stream: StoredStream): LogPosition {
    const last = stream.chunks.at(-1);
    return last === undefined ? stream.identity.base : tailAfter(last, this.#limits);
  }

  #chunks({ path, streamId }: StreamKey): readonly GrowingChunk[] {
    const stream = this.#streams.get(path);
    return stream?.identity.streamId === streamId ? stream.chunks : [];
  }
}

const emptyStream = (identity: StreamIdentity): StoredStream => ({
  identity,
  chunks: [],
  producers: new Map(),
  forks: new Map(),
  closed: false,
  softDeleted: false,
  touchedAt: identity.createdAt,
  lastSeq: undefined,
});

/** Index of the last chunk that starts at or before `pos`; 0 when none does. */
function lastStartingAtOrBefore(chunks: readonly GrowingChunk[], pos: number): number {
  let low = 0;
  let high = chunks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((chunks[middle]?.start ?? 0) <= pos) low = middle;
    else high = middle - 1;
  }
  return low;
}
