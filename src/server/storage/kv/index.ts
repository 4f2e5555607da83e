export type { Clock } from "../../../shared/index.ts";
export { KVStore, type KVStoreOptions } from "./store.ts";
