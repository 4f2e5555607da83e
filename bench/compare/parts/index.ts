import type { Part } from "../../bench.ts";
import { compareAppend } from "./append.ts";
import { compareAppendMany } from "./append-many.ts";
import { compareCatchUp } from "./catch-up.ts";
import { compareFanOut, compareLive } from "./live.ts";
import { compareProduce } from "./produce.ts";

/** The server beside the floor and the reference server. */
export const COMPARE_PARTS: readonly Part[] = [
  compareAppend,
  compareAppendMany,
  compareProduce,
  compareCatchUp,
  compareLive,
  compareFanOut,
];
