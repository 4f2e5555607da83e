/**
 * What every store promises, as types.
 *
 * @module durable-cf-streams/storage
 */

export type { Clock } from "../../shared/index.ts";
export * from "./contract/index.ts";
export type { LogStore, StoreOptions } from "./engine/log-store.ts";
