import type {
  Awaitable,
  Backend,
  Chunk,
  ChunkInfo,
  StreamKey,
  Transacted,
} from "../../../src/server/storage/engine/backend.ts";
import type { Decision } from "../../../src/server/storage/engine/commit.ts";
import type { Snapshot, SnapshotKeys, StreamState } from "../../../src/server/storage/engine/state.ts";
import type { Job, Task } from "../../../src/server/storage/engine/task.ts";
import type { Failures } from "./failures.ts";
import { StorageFailure } from "./failures.ts";

/** A backend whose every call may fail: before it does anything, or when everything is done. */
export class FailingBackend implements Backend {
  readonly detachable: boolean;
  readonly #backend: Backend;
  readonly #failures: Failures;

  constructor(backend: Backend, failures: Failures) {
    this.detachable = backend.detachable;
    this.#backend = backend;
    this.#failures = failures;
  }

  transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Awaitable<Transacted<Result>> {
    return this.#call(() => this.#backend.transact(path, keys, decide));
  }

  load(path: string): Awaitable<StreamState | undefined> {
    return this.#call(() => this.#backend.load(path));
  }

  peek(path: string): StreamState | undefined {
    return this.#backend.peek(path);
  }

  chunkInfo(key: StreamKey, pos: number): Awaitable<ChunkInfo | undefined> {
    return this.#call(() => this.#backend.chunkInfo(key, pos));
  }

  chunkAt(key: StreamKey, pos: number): Awaitable<Chunk | undefined> {
    return this.#call(() => this.#backend.chunkAt(key, pos));
  }

  chunksFrom(key: StreamKey, start: number, end: number, budget: number): Awaitable<readonly Chunk[]> {
    return this.#call(() => this.#backend.chunksFrom(key, start, end, budget));
  }

  dueTasks(now: number, limit: number, kind?: Job["kind"]): Awaitable<readonly Task[]> {
    return this.#call(() => this.#backend.dueTasks(now, limit, kind));
  }

  nextDue(): Awaitable<number | undefined> {
    return this.#call(() => this.#backend.nextDue());
  }

  updateTasks(schedule: readonly Task[], cancel: readonly string[]): Awaitable<void> {
    return this.#call(() => this.#backend.updateTasks(schedule, cancel));
  }

  reclaim(key: string): Awaitable<boolean> {
    return this.#call(() => this.#backend.reclaim(key));
  }

  #call<T>(run: () => Awaitable<T>): Awaitable<T> {
    const way = this.#failures.next(["failed before", "failed after"]);
    if (way === "failed before") throw new StorageFailure("The call never arrived");
    const result = run();
    if (way === undefined) return result;
    const lose = (): never => {
      throw new StorageFailure("The answer was lost");
    };
    return result instanceof Promise ? result.then(lose) : lose();
  }
}
