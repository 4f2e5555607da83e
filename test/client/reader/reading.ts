import { type ReaderOptions, StreamReader } from "../../../src/client/reader/index.ts";
import { type HostOptions, hostedFor } from "../../support/client/index.ts";
import { AT_ONCE, immediateClock } from "./immediate-clock.ts";

export const URL_OF_STREAM = "https://streams.test/v1/stream/a";

/** A reader of JSON over an injected `fetch`, without delays. */
export function readerOver<Out = unknown>(
  host: HostOptions<Out, never>,
  options: ReaderOptions = {},
): StreamReader<Out> {
  const retry = AT_ONCE;
  return new StreamReader<Out>(hostedFor<Out, never>(URL_OF_STREAM, { clock: immediateClock, retry, ...host }), {
    live: false,
    ...options,
  });
}

/** Everything that an iteration yields. */
export async function collect<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const message of messages) collected.push(message);
  return collected;
}

/** What an iteration throws, and what it yielded before. */
export async function collectUntilError<T>(messages: AsyncIterable<T>): Promise<{ messages: T[]; error: unknown }> {
  const collected: T[] = [];
  try {
    for await (const message of messages) collected.push(message);
  } catch (error) {
    return { messages: collected, error };
  }
  throw new Error("The iteration ended without an error");
}
