import type { StandardSchemaV1 } from "@standard-schema/spec";
import { createCodec } from "../../../src/client/codec/index.ts";
import { HOST, type Hosted, type StreamHost } from "../../../src/client/host.ts";
import { DEFAULT_RETRY, type RetryOptions, resolveRetry } from "../../../src/client/retry/index.ts";
import {
  createTransport,
  type DynamicValues,
  type Fetch,
  parseStreamUrl,
} from "../../../src/client/transport/index.ts";
import { type Clock, systemClock } from "../../../src/shared/index.ts";

/** What a test may want otherwise. */
export interface HostOptions<Out, In> {
  readonly contentType?: string;
  readonly schema?: StandardSchemaV1<In, Out>;
  readonly parse?: (text: string) => unknown;
  readonly headers?: DynamicValues;
  readonly params?: DynamicValues;
  readonly fetch?: Fetch;
  readonly retry?: RetryOptions;
  readonly clock?: Clock;
  /** Half of every random delay unless given. */
  readonly random?: () => number;
  readonly signal?: AbortSignal;
  readonly identify?: (streamId: string) => void;
}

/**
 * A host with the real transport and codec.
 *
 * @param url Of the stream.
 * @param options JSON, the system's clock and the platform's `fetch` unless given.
 */
export function hostFor<Out = unknown, In = unknown>(
  url: string,
  options: HostOptions<Out, In> = {},
): StreamHost<Out, In> {
  const { clock = systemClock, random = () => 0.5, contentType = "application/json", signal, identify } = options;
  return {
    transport: createTransport({ ...options, url: parseStreamUrl(url), clock }),
    codec: createCodec<Out, In>({ ...options, contentType }),
    retry: resolveRetry(options.retry, DEFAULT_RETRY),
    clock,
    random,
    signal,
    ...(identify && { identify }),
  };
}

/** {@link hostFor} as a handle that producers and readers take. */
export function hostedFor<Out = unknown, In = unknown>(
  url: string,
  options: HostOptions<Out, In> = {},
): Hosted<Out, In> {
  return { [HOST]: hostFor(url, options) };
}
