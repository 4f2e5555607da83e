import type { Offset } from "../../shared/brands.ts";

/** What a producer does, for people who watch it; told to `onEvent` at once. */
export type ProducerEvent =
  /** A request left. `attempt` counts this batch's requests from 1, those that only came too early included. */
  | {
      readonly type: "sent";
      /** The batch's session. */
      readonly epoch: number;
      /** The batch's number in it. */
      readonly seq: number;
      /** Which request of the batch it is, from 1. */
      readonly attempt: number;
      /** Messages in the batch; one that an outbox brought back, and a mere closing, count as one. */
      readonly messages: number;
      /** Size of the body. */
      readonly bytes: number;
    }
  /** The batch is durable. `duplicate` says that it was so before the request that told. */
  | {
      readonly type: "acknowledged";
      /** The batch's session. */
      readonly epoch: number;
      /** The batch's number in it. */
      readonly seq: number;
      /** Where the stream ended when the server said so. */
      readonly offset: Offset;
      /** Whether an earlier request had stored it. */
      readonly duplicate: boolean;
    }
  /** A request failed and is repeated `delayMs` milliseconds from now. `failures` counts from 1. */
  | {
      readonly type: "retried";
      /** The batch's session. */
      readonly epoch: number;
      /** The batch's number in it. */
      readonly seq: number;
      /** How many of its requests have failed. */
      readonly failures: number;
      /** How long until the next one, in ms. */
      readonly delayMs: number;
      /** Why this one failed. */
      readonly error: unknown;
    }
  /** Another producer has taken the id over. With `autoClaim`, `claimedEpoch` is where this one goes on. */
  | {
      readonly type: "fenced";
      /** The session that the server holds now. */
      readonly currentEpoch: number;
      /** The session of the batch that it refused. */
      readonly receivedEpoch: number;
      /** The session that this producer goes on in; `undefined` when it is over. */
      readonly claimedEpoch: number | undefined;
    }
  /** The server found the batch too large: its halves are sent instead, from `seq` of `epoch` on. */
  | {
      readonly type: "split";
      /** The session of the halves. */
      readonly epoch: number;
      /** The number of the first half in it. */
      readonly seq: number;
    }
  /** The producer is over; everything not acknowledged was rejected with `error`. */
  | {
      readonly type: "failed";
      /** What ended it. */
      readonly error: unknown;
    };
