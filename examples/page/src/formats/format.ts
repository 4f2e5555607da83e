import type { DurableStream, Fetch } from "durable-cf-streams/client";
import type { Log } from "../log.ts";

/** What comes of something typed: a message with a remark about it, or what is wrong with it so far. */
export type Composed<In> = { readonly message: In; readonly hint: string } | { readonly problem: string };

/** Which stream is meant, and how it is reached. */
export interface Target {
  /** Its path on the server, as somebody typed it. */
  readonly name: string;
  /** Its URL. */
  readonly url: string;
  /** The URL below which the server has its streams. */
  readonly baseUrl: string;
  /** Makes the requests. */
  readonly fetch: Fetch;
}

/**
 * How the page reads, shows and writes the messages of one kind of stream.
 *
 * @typeParam Out What reading the stream yields.
 * @typeParam In What appending to it takes.
 */
export interface Format<Out, In> {
  /** What the entries in the log are called, for one and for many. */
  readonly unit: readonly [one: string, many: string];
  /** What the empty composer says. */
  readonly placeholder: string;
  /** A body that can be appended as it is, from a terminal for example. */
  readonly sample: string;
  /** Makes the handle. */
  connect(target: Target): DurableStream<Out, In>;
  /** Adds what was read to the log. */
  show(message: Out, log: Log): void;
  /** Turns what was typed, which is not empty, into a message. */
  compose(typed: string): Composed<In>;
}
