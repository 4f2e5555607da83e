export type { Clock } from "../../../shared/index.ts";
export { R2Store, type R2StoreOptions } from "./store.ts";
