export type { Clock } from "../../../shared/index.ts";
export { SqliteStore, type SqliteStoreOptions } from "./store.ts";
