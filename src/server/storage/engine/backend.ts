import type { StreamId } from "../../../shared/index.ts";
import type { LogPosition } from "../contract/index.ts";
import type { Decision } from "./commit.ts";
import type { Snapshot, SnapshotKeys, StreamState } from "./state.ts";
import type { Job, Task } from "./task.ts";

/** A value that a synchronous backend has at once and a remote one later. */
export type Awaitable<T> = T | Promise<T>;

/** Names one stream's bytes: a path alone could meanwhile hold another stream. */
export interface StreamKey {
  readonly path: string;
  readonly streamId: StreamId;
}

/** Where a stored chunk lies. */
export interface ChunkInfo {
  /** Position of its first byte. */
  readonly start: number;
  /** Number of its bytes. */
  readonly length: number;
  /** Its ordinal: the `seq` of offsets inside it. */
  readonly seq: number;
  /**
   * Distance from its first byte to its first message boundary: 0 unless a message larger than a chunk runs into it,
   * more than `length` when that message runs past it. Always 0 outside JSON mode.
   */
  readonly lead: number;
  /** Time of the last append to it, in ms since the epoch. */
  readonly writtenAt: number;
}

/** A stored chunk. */
export interface Chunk extends ChunkInfo {
  readonly data: Uint8Array;
}

/** What came of a transaction. */
export interface Transacted<Result> {
  readonly result: Result;
  /** Where the log at the path ends now; `undefined` when the path is empty. */
  readonly tail: LogPosition | undefined;
}

/**
 * What a storage technology has to offer: one atomic transaction over one path, and chunks by position. It knows no
 * protocol rule.
 */
export interface Backend {
  /** Whether the data of each chunk it returns has a buffer to itself that it has let go of (`StreamPage.detachable`). */
  readonly detachable: boolean;
  /** Loads the path, lets `decide` choose, and applies the commit, atomically. `decide` may run again on contention. */
  transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Awaitable<Transacted<Result>>;
  /** Loads the stream at a path. */
  load(path: string): Awaitable<StreamState | undefined>;
  /** The stream at a path as far as it is known without I/O. */
  peek(path: string): StreamState | undefined;
  /**
   * Told that a reader is about to look at a position, and the ordinal that its client gave with it, which need not be
   * right: for backends that find a chunk faster by its ordinal.
   */
  expect?(key: StreamKey, position: LogPosition): void;
  /** The chunk of the stream's own bytes that holds byte `pos`, without its data. */
  chunkInfo(key: StreamKey, pos: number): Awaitable<ChunkInfo | undefined>;
  /** The chunk of the stream's own bytes that holds byte `pos`. */
  chunkAt(key: StreamKey, pos: number): Awaitable<Chunk | undefined>;
  /** Chunks that start at `start` or later and before `end`, in order: about `budget` bytes of them, at least one. */
  chunksFrom(key: StreamKey, start: number, end: number, budget: number): Awaitable<readonly Chunk[]>;
  /** Tasks that are due, the most overdue first, at most `limit`; only those with jobs of a kind, if one is given. */
  dueTasks(now: number, limit: number, kind?: Job["kind"]): Awaitable<readonly Task[]>;
  /** When the next task is due. */
  nextDue(): Awaitable<number | undefined>;
  /** Plans and drops tasks apart from any stream. */
  updateTasks(schedule: readonly Task[], cancel: readonly string[]): Awaitable<void>;
  /** Frees some of the space named by a reclaim job; `true` when nothing is left. */
  reclaim(key: string): Awaitable<boolean>;
}
