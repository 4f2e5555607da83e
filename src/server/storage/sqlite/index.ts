export type { Clock } from "../../clock.ts";
export { SqliteStore, type SqliteStoreOptions } from "./store.ts";
