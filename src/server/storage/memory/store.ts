import { CHUNK_LIMITS } from "../engine/chunk-plan.ts";
import { LogStore, type StoreOptions } from "../engine/log-store.ts";
import { MemoryBackend } from "./backend.ts";

/** Options of a {@link MemoryStore}. */
export interface MemoryStoreOptions extends StoreOptions {}

/**
 * Streams in memory, for tests, development and data that may be lost.
 *
 * Promises everything the protocol does but durability: appends are linearizable and exactly-once per producer as long
 * as the process lives. `has` is exact. Streams whose life is over answer as if gone at once; their memory is freed
 * by `maintain()`, or when the path is created again.
 *
 * @example
 * ```ts
 * const handler = createStreamHandler(new MemoryStore(), { authorize: allowAnonymous() });
 * ```
 */
export class MemoryStore extends LogStore {
  /** @param options see {@link MemoryStoreOptions}; all optional. */
  constructor(options: MemoryStoreOptions = {}) {
    super(new MemoryBackend(CHUNK_LIMITS, options.onPlanned), options);
  }
}
