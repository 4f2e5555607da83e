/**
 * Streams in a D1 database.
 *
 * @module durable-cf-streams/storage/d1
 */

export type { Clock } from "../../../shared/index.ts";
export { D1Store, type D1StoreOptions } from "./store.ts";
