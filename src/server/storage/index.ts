export type { Clock } from "../clock.ts";
export * from "./contract/index.ts";
