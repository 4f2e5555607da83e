export type { Clock } from "../../../shared/index.ts";
export { D1Store, type D1StoreOptions } from "./store.ts";
