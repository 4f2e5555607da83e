import type { Clock } from "../../../shared/index.ts";
import type { ForkSource } from "../contract/index.ts";
import type { Touches } from "./touches.ts";

/** Options that every store takes. */
export interface StoreOptions {
  /** Source of time. Defaults to the platform's. */
  readonly clock?: Clock | undefined;
  /** Most idempotent producers a stream remembers; one more is refused with 429. Default 100,000. */
  readonly maxProducers?: number | undefined;
  /** Where forks find the streams they inherit from. Defaults to the store itself. */
  readonly forkSource?: ForkSource | undefined;
  /**
   * Told when the next planned work is due (ms since the epoch) whenever work was planned, within the same transaction
   * where the store has one: set the object's alarm to it, and call `maintain()` from the alarm. Without it, call
   * `maintain()` by other means, now and then.
   */
  readonly onPlanned?: ((nextDue: number) => void) | undefined;
}

/** How a store gets on with other instances that serve the same streams. */
export interface Sharing {
  /** Longest time after which a watched path is looked at for changes by others, in ms. */
  readonly maxPollMs: number;
  /** Accesses that this isolate has not stored, for instances that live as long as one request. */
  readonly touches: Touches;
}
