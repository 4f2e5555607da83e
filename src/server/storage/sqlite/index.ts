/**
 * Streams in a Durable Object's SQLite.
 *
 * @module durable-cf-streams/storage/sqlite
 */

export type { Clock } from "../../../shared/index.ts";
export { SqliteStore, type SqliteStoreOptions } from "./store.ts";
