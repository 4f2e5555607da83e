/**
 * Streams in Workers KV.
 *
 * @module durable-cf-streams/storage/kv
 */

export type { Clock } from "../../../shared/index.ts";
export { KVStore, type KVStoreOptions } from "./store.ts";
