import type { Offset } from "../../shared/brands.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** Messages that arrived together and have not been handed out. */
export interface Batch<Out> {
  /** The messages, at least one. */
  readonly messages: readonly Out[];
  /** The index behind each message, counted from `offset`. */
  readonly ends: readonly number[];
  /** The offset before all of them. */
  readonly offset: Offset;
  /** The position behind the last message and what was left out after it. */
  readonly checkpoint: Checkpoint;
  /** Whether the tail is behind the last message. */
  readonly upToDate: boolean;
}
