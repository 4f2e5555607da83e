import { DurableStream, type RetryOptions } from "../client/index.ts";
import type { Header } from "./arguments.ts";
import type { Shell } from "./shell.ts";

/** A message on its way through: the text of a JSON message, a run of text, a run of bytes. */
export type Message = string | Uint8Array;

/** The options that every command has. */
export interface ConnectionOptions {
  /** Headers of every request. */
  readonly header?: readonly Header[] | undefined;
  /** How often to try again; what each command does by itself unless given. */
  readonly retries?: number | undefined;
  /** Whether to tell of retries where nobody watches. */
  readonly verbose?: boolean | undefined;
  /** Whether results and errors are for programs. */
  readonly json?: boolean | undefined;
}

/** What goes with every request; a `--header` counts more than `STREAM_AUTH`. */
function headersOf({ header = [] }: ConnectionOptions, { env }: Shell): Record<string, string> {
  const auth = env.STREAM_AUTH?.trim();
  // A bare token is what most people have; a value with a scheme is sent as it is.
  const authorization = auth ? { authorization: /\s/.test(auth) ? auth : `Bearer ${auth}` } : {};
  return { ...authorization, ...Object.fromEntries(header.map(([name, value]) => [name.toLowerCase(), value])) };
}

/** How often something is tried; what each part of the client does by itself unless `--retries` says otherwise. */
export function retryOf({ retries }: ConnectionOptions): RetryOptions | undefined {
  return retries === undefined ? undefined : { maxAttempts: retries + 1 };
}

/**
 * A handle on the stream. JSON messages stay text, so that what goes through is never serialised again.
 *
 * @param contentType What the stream holds; does not matter for requests that carry no message.
 * @param signal Ends what is begun with it.
 */
export function streamAt(
  url: string,
  options: ConnectionOptions,
  shell: Shell,
  {
    contentType,
    signal,
  }: { readonly contentType?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): DurableStream<Message> {
  return new DurableStream<Message>({
    url,
    contentType,
    signal,
    headers: headersOf(options, shell),
    retry: retryOf(options),
    clock: shell.clock,
    parse: (text) => text,
    stringify: (text) => String(text),
  });
}
