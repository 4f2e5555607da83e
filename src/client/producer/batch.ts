import type { PendingMessage } from "./ticket.ts";

/** Where a batch stands between being formed and being settled. */
export type BatchPhase =
  /** Waits until the outbox has it. */
  | "formed"
  /** The outbox has it, and still has batches of a session before its own. */
  | "kept"
  /** May be sent. */
  | "ready"
  /** A request is on its way. */
  | "sending"
  /** Came to the server before its predecessor: waits until something is acknowledged. */
  | "held"
  /** Waits out the delay after a failure. */
  | "delayed"
  /** Has a verdict that counts once nothing is before it. */
  | "refused"
  /** Acknowledged, rejected, or replaced: whatever is still on its way for it is ignored. */
  | "settled";

/** What a batch carries, apart from its number. */
export interface Cargo {
  /** Whose tickets it settles: at least one, which only stands for the batch when there is none to tell. */
  readonly messages: readonly PendingMessage[];
  /** The request's body, always the same bytes; none for a mere close. */
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  /** Whether it closes the stream. */
  readonly closes: boolean;
}

/** One request's worth of messages with its place in the producer's order, which it keeps until it is settled. */
export interface Batch {
  /** Session of the producer. */
  readonly epoch: number;
  /** Number in the session. */
  readonly seq: number;
  readonly cargo: Cargo;
  phase: BatchPhase;
  /** Whether some request may have stored it for all we know, one of an earlier process included. */
  maybeStored: boolean;
  /** Requests made. */
  requests: number;
  /** Requests that failed for another reason than having come too early. */
  failures: number;
  /** What was first in line when it was last sent, itself perhaps. */
  behind?: Batch | undefined;
  /** Why its last request failed, in the phases `delayed` and `refused`. */
  verdict?: unknown;
  /** Ends the phase `delayed`. */
  timer?: unknown;
}

/** A batch of which nothing was sent by this producer. */
export function createBatch(epoch: number, seq: number, cargo: Cargo, phase: BatchPhase, maybeStored: boolean): Batch {
  return { epoch, seq, cargo, phase, maybeStored, requests: 0, failures: 0 };
}
