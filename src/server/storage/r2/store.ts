import { systemClock } from "../../../shared/index.ts";
import { LogStore, type StoreOptions } from "../engine/log-store.ts";
import { Touches } from "../engine/touches.ts";
import { R2Backend } from "./backend.ts";
import { Keys } from "./keys.ts";
import { FAN_OUT } from "./segment.ts";

/** Options of an {@link R2Store}. */
export interface R2StoreOptions extends StoreOptions {
  /**
   * Most idempotent producers a stream remembers; one more is refused with 429. Each commit carries them all, so keep
   * them few. Default 1,000.
   */
  readonly maxProducers?: number | undefined;
  /** What every key in the bucket begins with. Default `"dcs/"`. */
  readonly prefix?: string | undefined;
  /**
   * Names the one instance that uses some of the streams alone: behind a `StreamObject`, the path of its stream. Such a
   * store trusts what it remembers, looks for no changes by others, queues its own writes, and does the work that was
   * planned under its name only. Without it, any number of instances in any number of isolates may use the same streams.
   */
  readonly owner?: string | undefined;
  /** Longest time after which a watched stream is looked at for appends by other isolates, in ms. Default 1,000. */
  readonly maxPollMs?: number | undefined;
  /**
   * Takes work that nobody has to wait for: in a Worker, the context's `waitUntil`. Without it, the append that makes a
   * segment complete, one in 64, answers only when the segment is written.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

const DEFAULT_MAX_PRODUCERS = 1000;
const DEFAULT_MAX_POLL_MS = 1000;
const DEFAULT_PREFIX = "dcs/";

/**
 * Streams in an R2 bucket, for Workers without Durable Objects and for objects that keep their bytes there: cheap to
 * store, with nothing to provision, for appends that are few and large rather than many and small.
 *
 * Promises exactly-once per producer and linearizability across isolates: a commit is one object that is created only if
 * there is none of its number. It carries the stream's state after it, so nothing can come between. A write whose answer
 * is lost is looked up by its name, so that a plain append is made once as well. Appends by other isolates reach live
 * readers within about a second. A sliding lifetime never ends early and ends at most a tenth late.
 *
 * `has` says what this instance last saw. No object is written twice but the small one that says which stream a path
 * holds, which changes with creation, removal and, seldom, upkeep; so there is no hot key. An append takes two requests,
 * one after the other: a stream takes some ten appends a second, and more writers do not make it more. Each carries what
 * the stream remembers of its producers and forks. Small appends are copied into segments, 64 and 4,096 together, and
 * their own objects deleted an hour later.
 *
 * Call {@link R2Store.maintain} now and then, from a cron trigger, to free what has expired, was removed or is in
 * segments. Of a removed stream one object stays for another hour, so that a writer who was slow meets it. A path that was
 * used once keeps an object of about a hundred bytes: the platform cannot delete one on condition, and whoever is about
 * to create a stream there relies on it.
 *
 * @example
 * ```ts
 * const store = new R2Store(env.BUCKET);
 * ```
 */
export class R2Store extends LogStore {
  /**
   * @param bucket The bucket. It may hold other objects.
   * @param options See {@link R2StoreOptions}; all optional.
   */
  constructor(bucket: R2Bucket, options: R2StoreOptions = {}) {
    const limits = { ...options, maxProducers: options.maxProducers ?? DEFAULT_MAX_PRODUCERS };
    const maxPollMs = options.maxPollMs ?? DEFAULT_MAX_POLL_MS;
    const sharing = options.owner === undefined ? { maxPollMs, touches: new Touches(true) } : undefined;
    super(r2Backend(bucket, options), limits, sharing);
  }
}

/**
 * What an {@link R2Store} runs on.
 *
 * @param fanOut Commits to a segment, and segments to one of the next level: the same for all who use a bucket.
 */
export function r2Backend(bucket: R2Bucket, options: R2StoreOptions, fanOut: number = FAN_OUT): R2Backend {
  return new R2Backend({
    bucket,
    keys: new Keys(options.prefix ?? DEFAULT_PREFIX),
    fanOut,
    owner: options.owner ?? "",
    alone: options.owner !== undefined,
    onPlanned: options.onPlanned,
    waitUntil: options.waitUntil,
    clock: options.clock ?? systemClock,
    random: Math.random,
  });
}
