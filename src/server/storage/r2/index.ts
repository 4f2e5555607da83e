/**
 * Streams in an R2 bucket.
 *
 * @module durable-cf-streams/storage/r2
 */

export type { Clock } from "../../../shared/index.ts";
export { R2Store, type R2StoreOptions } from "./store.ts";
