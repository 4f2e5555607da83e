import { systemClock } from "../../../shared/index.ts";
import type { Backend } from "../engine/backend.ts";
import { CHUNK_LIMITS, type ChunkLimits } from "../engine/chunk-plan.ts";
import { LogStore, type Sharing, type StoreOptions } from "../engine/log-store.ts";
import { Touches } from "../engine/touches.ts";
import { SqliteBackend } from "../sqlite/backend.ts";
import { KeySpace } from "./key-space.ts";
import { LoneBackend } from "./lone-backend.ts";
import { ObjectBackend } from "./object-backend.ts";
import { Values } from "./values.ts";

/** Options of a {@link KVStore}. */
export interface KVStoreOptions extends StoreOptions {
  /**
   * Storage of the Durable Object that the store belongs to: it then keeps the streams' state, and KV nothing but
   * immutable chunks. Without it, the store is alone with KV, and promises little.
   */
  readonly state?: DurableObjectStorage | undefined;
  /** Begins the names of all keys, so that others may use the namespace as well. At most 256 bytes. Default `dcs/`. */
  readonly prefix?: string | undefined;
  /** With `state`: sealed bytes that are moved to KV together, as one value; 1 byte to 16 MiB. Default 1 MiB. */
  readonly packBytes?: number | undefined;
  /** Alone: longest time after which a watched stream is looked at for appends by others, in ms. Default 1,000. */
  readonly maxPollMs?: number | undefined;
}

const DEFAULT_PREFIX = "dcs/";
const DEFAULT_PACK_BYTES = 1024 * 1024;
/** With a chunk behind it a pack stays below the 25 MiB that KV takes. */
const MAX_PACK_BYTES = 16 * 1024 * 1024;
/**
 * KV bills a write of any size alike and takes one a second for each key: the larger the open chunk, the fewer values a
 * reader fetches. It is read with the state, so it is not larger still.
 */
export const LONE_LIMITS: ChunkLimits = { maxBytes: 1024 * 1024, coalesceBelow: 96 * 1024 };
const DEFAULT_POLL_MS = 1000;
/** Alone, the producers are in the value that every append writes. */
const LONE_MAX_PRODUCERS = 1000;

/**
 * Streams whose bytes are in Workers KV, in one of two ways.
 *
 * **Given the storage of a Durable Object** (`state`), everything is promised that a `SqliteStore` promises:
 * exactly-once per producer, linearizability, durability before the answer. State and commits are in the object's SQLite,
 * and so are the newest bytes, up to about `packBytes`; older ones move to KV as values that never change, and
 * leave the object. KV is in no commit: while it fails, appends go on and wait in SQLite. A chunk that KV
 * does not have yet, or remembers not to have, is asked for again for some seconds; then the read fails with 503, or
 * its body breaks, and never ends short. `has` is exact. A stream may take 1 TiB, where
 * an object takes 10 GB.
 *
 * **Alone** (no `state`), KV is all there is, and it cannot write on a condition. The contract is *one writer at a time*:
 * one store instance in one isolate creates, appends to, closes, forks, deletes and maintains the streams. Then appends
 * are exactly-once per producer and in order, and durable when answered, but at about one append a second for each
 * stream, which is what KV takes for a key. Before another writer takes over, a minute must pass without writes; two at
 * a time lose appends. Others may read: they see a stream as it was up to about a minute ago, never with a hole. A
 * process that dies in the middle of an append may leave a chunk that nothing names, which is freed with its stream. A
 * stream remembers 1,000 producers. `has` says what this instance last saw. Call {@link KVStore.maintain} now and then.
 *
 * @example
 * ```ts
 * export class Stream extends StreamObject<Env> {
 *   override createStore(context: ObjectStoreContext) {
 *     return new KVStore(this.env.KV, { ...context, state: this.ctx.storage });
 *   }
 * }
 * ```
 */
export class KVStore extends LogStore {
  readonly #sqlite: SqliteBackend | undefined;

  /**
   * @param kv The namespace.
   * @param options See {@link KVStoreOptions}; all optional.
   * @throws RangeError for a prefix that is too long, or `packBytes` out of bounds.
   */
  constructor(kv: KVNamespace, options: KVStoreOptions = {}) {
    const clock = options.clock ?? systemClock;
    const keys = new KeySpace(options.prefix ?? DEFAULT_PREFIX);
    const host = { values: new Values(kv, { clock, random: Math.random }), keys, clock };
    if (options.state === undefined) {
      const sharing: Sharing = { maxPollMs: options.maxPollMs ?? DEFAULT_POLL_MS, touches: new Touches(true) };
      const backend: Backend = new LoneBackend({ ...host, limits: LONE_LIMITS, onPlanned: options.onPlanned });
      super(backend, { ...options, maxProducers: options.maxProducers ?? LONE_MAX_PRODUCERS }, sharing);
      this.#sqlite = undefined;
      return;
    }
    const sqlite = sqliteOf(options.state, options.onPlanned);
    const packBytes = checkedPackBytes(options.packBytes ?? DEFAULT_PACK_BYTES);
    super(new ObjectBackend({ ...host, sqlite, storage: options.state, packBytes }), options);
    this.#sqlite = sqlite;
  }

  /** With `state`: whether the store holds nothing and plans nothing, so that the object's storage can be deleted. */
  isEmpty(): boolean {
    return this.#sqlite?.isEmpty() ?? false;
  }

  /** With `state`: to be called when the object's storage was deleted under the store. */
  reset(): void {
    this.#sqlite?.reset();
  }
}

function sqliteOf(storage: DurableObjectStorage, planned: (at: number) => void = () => {}): SqliteBackend {
  const atomically = <T>(apply: () => T): T => storage.transactionSync(apply);
  return new SqliteBackend({ sql: storage.sql, atomically, planned }, CHUNK_LIMITS);
}

function checkedPackBytes(packBytes: number): number {
  if (packBytes >= 1 && packBytes <= MAX_PACK_BYTES) return packBytes;
  throw new RangeError(`packBytes is from 1 to ${MAX_PACK_BYTES}`);
}
