import { systemClock } from "../../../shared/index.ts";
import type { ChunkLimits } from "../engine/chunk-plan.ts";
import { LogStore, type StoreOptions } from "../engine/log-store.ts";
import { Touches } from "../engine/touches.ts";
import { D1Backend } from "./backend.ts";
import { Database } from "./database.ts";

/** Options of a {@link D1Store}. */
export interface D1StoreOptions extends StoreOptions {
  /**
   * Names the one instance that uses a part of the database alone: behind a `StreamObject`, the path of its stream. Such
   * a store looks for no changes by others, queues its own writes, and does the work that was planned under its name
   * only. Without it, any number of instances in any number of isolates may use the same streams.
   */
  readonly owner?: string | undefined;
  /** Longest time after which a watched stream is looked at for appends by other isolates, in ms. Default 1,000. */
  readonly maxPollMs?: number | undefined;
}

/**
 * As text a chunk takes twice its bytes, and the limit of a value is 2 MB. Small appends share a row of up to about
 * 16 KiB.
 */
const D1_CHUNK_LIMITS: ChunkLimits = { maxBytes: 512 * 1024, coalesceBelow: 16 * 1024 };

const DEFAULT_MAX_POLL_MS = 1000;

/**
 * Streams in a D1 database, for Workers without Durable Objects and for objects that share a database.
 *
 * Promises exactly-once per producer and linearizability across isolates: a commit is one transaction, made only if
 * nothing has changed since it was decided. A write whose answer is lost is looked up, so that a plain append is made
 * once as well. Appends by other isolates reach live readers within about a second. A sliding lifetime never ends early
 * and ends at most a tenth late.
 *
 * `has` says what this instance last saw. One database is one thread: about a thousand small statements a second, all
 * streams together; an append is two, and repeats when it meets another one on the same stream. A body takes about four
 * times its size in memory on its way in: in a plain Worker, lower `maxBodyBytes` to a few MiB. A database has room for
 * 134 million streams in its life.
 *
 * Call {@link D1Store.maintain} now and then, from a cron trigger, to free what has expired.
 *
 * @example
 * ```ts
 * const store = new D1Store(env.DB);
 * await store.initialize();
 * ```
 */
export class D1Store extends LogStore {
  readonly #database: Database;

  /**
   * @param db The database. Its tables are named `dcs_…`, and it may hold others.
   * @param options See {@link D1StoreOptions}; all optional.
   */
  constructor(db: D1Database, options: D1StoreOptions = {}) {
    const database = new Database(db);
    const backend = new D1Backend({
      database,
      limits: D1_CHUNK_LIMITS,
      owner: options.owner ?? "",
      alone: options.owner !== undefined,
      onPlanned: options.onPlanned,
      clock: options.clock ?? systemClock,
      random: Math.random,
    });
    const maxPollMs = options.maxPollMs ?? DEFAULT_MAX_POLL_MS;
    super(backend, options, options.owner === undefined ? { maxPollMs, touches: new Touches(true) } : undefined);
    this.#database = database;
  }

  /** Creates or migrates the tables. Done by itself when they are missing; calling it again does no harm. */
  async initialize(): Promise<void> {
    await this.#database.initialize();
  }
}
