/**
 * Streams in memory.
 *
 * @module durable-cf-streams/storage/memory
 */

export type { Clock } from "../../../shared/index.ts";
export { MemoryStore, type MemoryStoreOptions } from "./store.ts";
