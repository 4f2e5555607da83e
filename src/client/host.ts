import type { Clock } from "../shared/index.ts";
import type { MessageCodec } from "./codec/contract.ts";
import type { RetryPolicy } from "./retry/contract.ts";
import type { Transport } from "./transport/contract.ts";

/** What a producer or a reader takes from its `DurableStream`. */
export interface StreamHost<Out, In> {
  readonly transport: Transport;
  readonly codec: MessageCodec<Out, In>;
  /** The stream's own default for what is repeated; producers and readers have options of their own. */
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** Ends everything the handle has begun. */
  readonly signal: AbortSignal | undefined;
  /** Notices the identity that an answer carries. @throws StreamGoneError when it is not the one seen before. */
  identify?(streamId: string): void;
}

/** Key of the one member that a handle shows to producers and readers only: not enumerable, not in any entry point. */
export const HOST: unique symbol = Symbol("durable-cf-streams.host");

/** What producers and readers ask of a stream handle. `DurableStream` is one; so is `{ [HOST]: host }` in a test. */
export interface Hosted<Out, In> {
  /**
   * What the handle lends.
   *
   * @internal
   */
  readonly [HOST]: StreamHost<Out, In>;
}

/**
 * What a handle lends to its producers and readers.
 *
 * @param stream A `DurableStream`.
 *
 * @example
 * ```ts
 * const { transport, codec } = hostOf(stream);
 * ```
 */
export function hostOf<Out, In>(stream: Hosted<Out, In>): StreamHost<Out, In> {
  return stream[HOST];
}
