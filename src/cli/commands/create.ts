import type { LifetimeOptions as ClientLifetime } from "../../client/index.ts";
import { type ConnectionOptions, streamAt } from "../connection.ts";
import { printFacts } from "../facts.ts";
import { messageOf } from "../input/data.ts";
import { kindOf } from "../kind.ts";
import type { Shell } from "../shell.ts";

/** How long a stream lives, as far as somebody says. */
export interface LifetimeOptions {
  /** Seconds without use. */
  readonly ttl?: number | undefined;
  /** A date. */
  readonly expiresAt?: Date | undefined;
}

/** What `create` takes. */
export interface CreateOptions extends ConnectionOptions, LifetimeOptions {
  /** What the stream holds. */
  readonly contentType: string;
  /** Whether its first messages are all. */
  readonly closed?: boolean | undefined;
  /** The first messages. */
  readonly data?: readonly string[] | undefined;
}

/** The client's form of a lifetime; the parser has seen to it that there are not two. */
export function lifetimeOf({ ttl, expiresAt }: LifetimeOptions): ClientLifetime {
  return ttl === undefined ? { expiresAt } : { ttlSeconds: ttl };
}

/** Creates a stream, or finds that it is there as asked for. */
export async function create(url: string, options: CreateOptions, shell: Shell): Promise<void> {
  const { contentType, closed, data = [] } = options;
  const stream = streamAt(url, options, shell, { contentType, signal: shell.signal });
  const messages = data.map((text) => messageOf(text, kindOf(contentType)));
  const {
    created,
    offset,
    closed: isClosed,
    streamId,
  } = await stream.create({
    ...lifetimeOf(options),
    closed,
    messages,
  });
  await printFacts({ created, offset, closed: isClosed, streamId }, shell, options);
}
