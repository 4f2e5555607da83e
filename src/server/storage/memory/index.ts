export type { Clock } from "../../../shared/index.ts";
export { MemoryStore, type MemoryStoreOptions } from "./store.ts";
