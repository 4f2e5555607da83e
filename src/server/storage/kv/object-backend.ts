import type { Clock, StreamId } from "../../../shared/index.ts";
import type { Backend, Chunk, ChunkInfo, StreamKey, Transacted } from "../engine/backend.ts";
import type { Decision } from "../engine/commit.ts";
import type { Snapshot, SnapshotKeys, StreamState } from "../engine/state.ts";
import type { Job, Task } from "../engine/task.ts";
import type { SqliteBackend } from "../sqlite/backend.ts";
import type { KeySpace } from "./key-space.ts";
import { Mover } from "./mover.ts";
import { chunkHolding } from "./pack.ts";
import { PackReader } from "./pack-reader.ts";
import { PackTable } from "./pack-table.ts";
import type { Values } from "./values.ts";

/** What the backend runs on. */
export interface ObjectHost {
  /** Keeps the state, and the bytes until they are in KV. */
  readonly sqlite: SqliteBackend;
  /** Where `sqlite` is. */
  readonly storage: DurableObjectStorage;
  readonly values: Values;
  readonly keys: KeySpace;
  readonly clock: Clock;
  /** Sealed bytes that are worth a value of their own. */
  readonly packBytes: number;
}

/** Begins the reclaim jobs that are this backend's own; all others are numbers of SQLite's streams. */
const RECLAIM = "packs:";
/** Values freed at a time. */
const FREE_VALUES = 32;
/** How long a write that a crashed process sent may still be on its way, in ms. */
const STRAGGLER_MS = 60_000;

/**
 * Streams whose state and newest bytes are in an object's SQLite, where every commit is made, and whose sealed bytes move
 * to KV. No rule and no commit depends on KV: a chunk is deleted from SQLite after KV has confirmed it, and not before.
 */
export class ObjectBackend implements Backend {
  /** Both sources hand out buffers of their own. */
  readonly detachable = true;
  readonly #host: ObjectHost;
  readonly #sqlite: SqliteBackend;
  readonly #packs: PackTable;
  readonly #reader: PackReader;
  readonly #mover: Mover;

  constructor(host: ObjectHost) {
    this.#host = host;
    this.#sqlite = host.sqlite;
    this.#packs = new PackTable(host.storage);
    this.#reader = new PackReader(host.values, host.keys, this.#packs);
    this.#mover = new Mover({ ...host, packs: this.#packs });
  }

  transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Transacted<Result> {
    let sealing: StreamId | undefined;
    let seq = 0;
    const done = this.#sqlite.transact(path, keys, (snapshot) => {
      const decision = this.#withReclaim(snapshot.state, decide(snapshot));
      const target = decision.commit?.create ?? snapshot.state;
      if (decision.commit?.append) {
        sealing = target?.streamId;
        seq = decision.commit.create?.base.seq ?? snapshot.state?.tail.seq ?? 0;
      }
      return decision;
    });
    if (sealing !== undefined && done.tail?.seq !== seq) this.#mover.start({ path, streamId: sealing });
    return done;
  }

  load(path: string): StreamState | undefined {
    return this.#sqlite.load(path);
  }

  peek(path: string): StreamState | undefined {
    return this.#sqlite.peek(path);
  }

  // What moved to KV is no longer in SQLite, which then has no chunk that starts at or before the position.

  chunkInfo(key: StreamKey, pos: number): ChunkInfo | undefined {
    const found = this.#sqlite.chunkInfo(key, pos);
    if (found !== undefined) return found;
    const pack = this.#packs.find(key, pos);
    return pack && chunkHolding(pack, pos);
  }

  async chunkAt(key: StreamKey, pos: number): Promise<Chunk | undefined> {
    return this.#sqlite.chunkAt(key, pos) ?? this.#reader.chunkAt(key, pos);
  }

  async chunksFrom(key: StreamKey, start: number, end: number, budget: number): Promise<readonly Chunk[]> {
    const found = this.#sqlite.chunksFrom(key, start, end, budget);
    if (found[0]?.start === start) return found;
    const rest = await this.#reader.restFrom(key, start);
    return rest === undefined ? [] : [rest];
  }

  dueTasks(now: number, limit: number, kind?: Job["kind"]): Task[] {
    return this.#sqlite.dueTasks(now, limit, kind);
  }

  nextDue(): number | undefined {
    return this.#sqlite.nextDue();
  }

  updateTasks(schedule: readonly Task[], cancel: readonly string[]): void {
    this.#sqlite.updateTasks(schedule, cancel);
  }

  async reclaim(key: string): Promise<boolean> {
    if (!key.startsWith(RECLAIM)) return this.#sqlite.reclaim(key);
    return this.#free(key, streamIdIn(key));
  }

  /** Frees some values of a removed stream; `true` when none are left. Breaking off anywhere does no harm. */
  async #free(key: string, streamId: StreamId): Promise<boolean> {
    await this.#mover.idle();
    const { values, keys, clock } = this.#host;
    const packs = this.#packs.of(streamId, FREE_VALUES);
    const settled: number[] = [];
    let waitUntil = 0;
    const names = packs.map(({ start }) => keys.pack(streamId, start));
    await Promise.all(names.map((name) => values.delete(name)));
    for (const [at, { start, stored, begunAt }] of packs.entries()) {
      const name = names[at] ?? "";
      const overAt = begunAt + STRAGGLER_MS;
      if (stored || this.#mover.isSettled(name) || overAt <= clock.now()) {
        settled.push(start);
        this.#mover.forget(name);
      } else {
        waitUntil = overAt;
      }
    }
    this.#packs.drop(streamId, settled);
    // Its write may still arrive: it is freed once more then.
    if (waitUntil > 0 && settled.length === 0) this.updateTasks([reclaimTask(key, waitUntil)], []);
    return packs.length < FREE_VALUES && waitUntil === 0;
  }

  /** A removal plans in its own commit that the values are freed. */
  #withReclaim<Result>(state: StreamState | undefined, decision: Decision<Result>): Decision<Result> {
    const { commit, result } = decision;
    if (!commit?.remove || state === undefined || this.#packs.of(state.streamId, 1).length === 0) return decision;
    const task = reclaimTask(RECLAIM + state.streamId, 0);
    return { result, commit: { ...commit, schedule: [...(commit.schedule ?? []), task] } };
  }
}

const reclaimTask = (key: string, at: number): Task => ({ id: `reclaim:${key}`, at, job: { kind: "reclaim", key } });

/** These jobs are written by this backend alone. */
const streamIdIn = (key: string): StreamId => key.slice(RECLAIM.length) as StreamId;
