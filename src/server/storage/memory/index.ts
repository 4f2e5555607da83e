export type { Clock } from "../../clock.ts";
export { MemoryStore, type MemoryStoreOptions } from "./store.ts";
