import { CHUNK_LIMITS } from "../engine/chunk-plan.ts";
import { LogStore, type StoreOptions } from "../engine/log-store.ts";
import { SqliteBackend, type SqliteHost } from "./backend.ts";

/** Options of a {@link SqliteStore}. */
export interface SqliteStoreOptions extends StoreOptions {}

/**
 * Streams in the SQLite of a Durable Object.
 *
 * Promises exactly-once per producer, linearizability (one object, one thread) and durability before the answer (the
 * platform holds answers back until writes are confirmed). `has` is exact. One store may hold many paths, up to
 * 8 million streams over its lifetime and 1 TiB each, within the platform's 10 GB an object.
 *
 * An append writes 1 row, one with a producer 2; duplicates and reads write none. Small appends share rows.
 *
 * @example
 * ```ts
 * class MyObject extends DurableObject {
 *   readonly store = new SqliteStore(this.ctx.storage);
 * }
 * ```
 */
export class SqliteStore extends LogStore {
  readonly #backend: SqliteBackend;

  /**
   * @param storage the object's storage. Its bare `sql` works as well, but then a statement that fails in the middle of
   * a write (a full disk) does not undo those before it.
   * @param options see {@link SqliteStoreOptions}; all optional.
   */
  constructor(storage: DurableObjectStorage | SqlStorage, options: SqliteStoreOptions = {}) {
    const backend = new SqliteBackend(hostOf(storage, options.onPlanned), CHUNK_LIMITS);
    super(backend, options);
    this.#backend = backend;
  }

  /** Creates or migrates the tables. Called by itself on first use; calling it again does nothing. */
  initialize(): void {
    this.#backend.initialize();
  }

  /** Whether the store holds nothing and plans nothing, so that the object's storage can be deleted. */
  isEmpty(): boolean {
    return this.#backend.isEmpty();
  }

  /** To be called when the object's storage was deleted under the store: it starts over with empty tables. */
  reset(): void {
    this.#backend.reset();
  }
}

function hostOf(storage: DurableObjectStorage | SqlStorage, onPlanned: (at: number) => void = () => {}): SqliteHost {
  if ("transactionSync" in storage) {
    return { sql: storage.sql, atomically: (apply) => storage.transactionSync(apply), planned: onPlanned };
  }
  return { sql: storage, atomically: (apply) => apply(), planned: onPlanned };
}
