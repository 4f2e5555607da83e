import type { Offset } from "../../shared/brands.ts";

/** What a producer does, for people who watch it; told to `onEvent` at once. */
export type ProducerEvent =
  /** A request left. `attempt` counts this batch's requests from 1, those that only came too early included. */
  | {
      readonly type: "sent";
      readonly epoch: number;
      readonly seq: number;
      readonly attempt: number;
      /** Messages in the batch; 0 for one that an outbox brought back. */
      readonly messages: number;
      /** Size of the body. */
      readonly bytes: number;
    }
  /** The batch is durable. `duplicate` says that it was so before the request that told. */
  | {
      readonly type: "acknowledged";
      readonly epoch: number;
      readonly seq: number;
      readonly offset: Offset;
      readonly duplicate: boolean;
    }
  /** A request failed and is repeated `delayMs` milliseconds from now. `failures` counts from 1. */
  | {
      readonly type: "retried";
      readonly epoch: number;
      readonly seq: number;
      readonly failures: number;
      readonly delayMs: number;
      readonly error: unknown;
    }
  /** Another producer has taken the id over. With `autoClaim`, `claimedEpoch` is where this one goes on. */
  | {
      readonly type: "fenced";
      readonly currentEpoch: number;
      readonly receivedEpoch: number;
      readonly claimedEpoch: number | undefined;
    }
  /** The server found the batch too large: its halves are sent instead, from `seq` of `epoch` on. */
  | { readonly type: "split"; readonly epoch: number; readonly seq: number }
  /** The producer is over; everything not acknowledged was rejected with `error`. */
  | { readonly type: "failed"; readonly error: unknown };
