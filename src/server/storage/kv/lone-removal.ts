import type { Clock, StreamId } from "../../../shared/index.ts";
import type { Commit } from "../engine/commit.ts";
import type { Task } from "../engine/task.ts";
import type { KeySpace } from "./key-space.ts";
import type { PathRecord } from "./record.ts";
import type { Values } from "./values.ts";

/** What frees the values of a removed stream, as text in a reclaim job. */
interface Removal {
  readonly streamId: StreamId;
  /** Values written so lately that a listing may not show them; they are freed last. */
  readonly recent: readonly string[];
  /** Whether to look once more when every listing is up to date, since there may be values that none shows yet. */
  readonly again: boolean;
  /** Where the listing of what is left goes on: one from the start might show for a minute what is deleted. */
  readonly cursor?: string | undefined;
}

/** Values freed at a time. */
const FREE_VALUES = 100;
/** How long a listing may lack what was written, with some reserve, in ms. */
const LISTED_AFTER_MS = 90_000;
/** Streams remembered at a time. */
const MAX_SUSPECTED = 1000;

/** Frees the values of removed streams. Everything of a stream is below one prefix, also what no record ever named. */
export class LoneRemoval {
  readonly #values: Values;
  readonly #keys: KeySpace;
  readonly #clock: Clock;
  /** Streams of which a commit broke off: some of its values may still appear. */
  readonly #suspected = new Set<StreamId>();

  constructor(values: Values, keys: KeySpace, clock: Clock) {
    this.#values = values;
    this.#keys = keys;
    this.#clock = clock;
  }

  /** Notes that a stream may have values that its record does not name, and that no listing shows yet. */
  suspect(streamId: StreamId): void {
    if (this.#suspected.size >= MAX_SUSPECTED) this.#suspected.clear();
    this.#suspected.add(streamId);
  }

  /** Plans, with the removal of a stream, that its values are freed. */
  planned(commit: Commit, { state, index }: PathRecord): Commit {
    if (state === undefined) return commit;
    const { streamId } = state;
    const isSuspected = this.#suspected.delete(streamId);
    // Chunks behind a page of the index are not named here, and those written just now are not listed either.
    const isPaged = index.pages.some((pages) => pages.length > 0);
    const again = isSuspected || (isPaged && this.#clock.now() - state.touchedAt < LISTED_AFTER_MS);
    const recent = [
      ...index.chunks.map(({ seq, commitId }) => this.#keys.chunk(streamId, seq, commitId)),
      ...index.pages.flatMap((pages, level) =>
        pages.slice(-1).map(({ start, commitId }) => this.#keys.indexPage(streamId, level, start, commitId)),
      ),
      ...(state.ttlSeconds === undefined ? [] : [this.#keys.access(streamId)]),
    ];
    const task = taskOf({ streamId, recent, again }, this.#clock.now());
    return { ...commit, schedule: [...(commit.schedule ?? []), task] };
  }

  /** The task that frees what a stream left that never came to be. */
  leftOf(streamId: StreamId, at: number): Task {
    return taskOf({ streamId, recent: [], again: false }, at);
  }

  /** Frees some values. @returns what is to be done instead of the same again; `undefined` when that was all. */
  async reclaim(key: string): Promise<Task | undefined> {
    // Jobs are written by this store alone: what comes back is what went in.
    const { streamId, recent, again, cursor }: Removal = JSON.parse(key);
    const { names, next } = await this.#values.keys(this.#keys.ofStream(streamId), FREE_VALUES, cursor);
    const named = new Set(recent);
    const others = names.filter((name) => !named.has(name));
    await Promise.all([...others, ...(next === undefined ? named : [])].map((name) => this.#values.delete(name)));
    const now = this.#clock.now();
    if (next !== undefined) return taskOf({ streamId, recent, again, cursor: next }, now);
    return again ? taskOf({ streamId, recent: [], again: false }, now + LISTED_AFTER_MS) : undefined;
  }
}

const taskOf = (removal: Removal, at: number): Task => ({
  id: `reclaim:${removal.streamId}`,
  at,
  job: { kind: "reclaim", key: JSON.stringify(removal) },
});
