import type { Offset } from "../../shared/brands.ts";

/** Proof that a message is durable. */
export interface Acknowledgement {
  /**
   * Where the stream ended when the server acknowledged the batch. The message lies before it; for a batch that was
   * stored earlier than its answer came, other writers' messages may lie between.
   */
  readonly offset: Offset;
  /** Epoch in which the message was stored. */
  readonly epoch: number;
  /** Sequence number of the batch that carried it. */
  readonly seq: number;
}

/** What `submit` gives for a message that was accepted into the buffer. */
export interface Ticket {
  /**
   * Resolves when the message is durable. Rejects with what made the producer fail, with the reason of an `abort`, with
   * an `AmbiguousAppendError`, or with what the outbox threw. Nobody has to look at it: a rejection is told to `flush`
   * and `close` as well, and is never an unhandled one.
   */
  readonly acknowledged: Promise<Acknowledgement>;
}

/** A message on its way: its bytes, and how to tell its ticket. */
export interface PendingMessage {
  /** As encoded when it was submitted; sent again they are the same. */
  readonly bytes: Uint8Array;
  readonly ticket: Ticket;
  resolve(acknowledgement: Acknowledgement): void;
  reject(error: unknown): void;
}

const ignore = (): void => {};

/** Gives a message a ticket. */
export function pendingMessage(bytes: Uint8Array): PendingMessage {
  const { promise: acknowledged, resolve, reject } = Promise.withResolvers<Acknowledgement>();
  // Most callers look at few tickets; those they do not look at must not take the process down.
  acknowledged.catch(ignore);
  return { bytes, ticket: { acknowledged }, resolve, reject };
}
