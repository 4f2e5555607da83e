import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Clock } from "../../shared/clock.ts";
import type { RetryOptions } from "../retry/contract.ts";
import type { DynamicValues } from "../transport/dynamic.ts";
import type { Fetch } from "../transport/transport.ts";

/** What every `DurableStream` may be given; only `url` is required. */
export interface DurableStreamBaseOptions {
  /** Where the stream lives: absolute, or relative to the page. Its own query parameters are sent with every request. */
  readonly url: string | URL;
  /** Headers of every request. A function is called for every attempt, so a token can be fresh each time. */
  readonly headers?: DynamicValues | undefined;
  /** Query parameters of every request, as values or functions. `offset`, `live` and `cursor` belong to the protocol. */
  readonly params?: DynamicValues | undefined;
  /** Makes the requests, for example a Durable Object stub's `fetch`. The platform's unless given. */
  readonly fetch?: Fetch | undefined;
  /** How often and how patiently the handle repeats what is safe to repeat: five attempts unless given. */
  readonly retry?: RetryOptions | undefined;
  /** Reads the text of one JSON message; may keep integers that do not fit a number. `JSON.parse` unless given. */
  readonly parse?: ((text: string) => unknown) | undefined;
  /** Writes one JSON message; `JSON.stringify` unless given. */
  readonly stringify?: ((value: unknown) => string) | undefined;
  /** Ends everything that was begun with the handle: requests, waits, producers, readers. */
  readonly signal?: AbortSignal | undefined;
  /** Time, for tests. */
  readonly clock?: Clock | undefined;
  /** Randomness of retry delays, from 0 up to, not including, 1; for tests. */
  readonly random?: (() => number) | undefined;
}

/**
 * What a `DurableStream` is made of.
 *
 * @typeParam Out What reading yields.
 * @typeParam In What writing takes.
 */
export interface DurableStreamOptions<Out = unknown, In = Out> extends DurableStreamBaseOptions {
  /** Decides the framing and goes with every write; `application/json` unless given. */
  readonly contentType?: string | undefined;
  /** Checks and types messages in both directions: any Standard Schema (zod, valibot, arktype…). */
  readonly schema?: StandardSchemaV1<In, Out> | undefined;
}

/** How one call can be ended. */
export interface CallOptions {
  /** Ends the call. A write that is under way may have its effect all the same. */
  readonly signal?: AbortSignal | undefined;
}

/** How long a stream lives: not limited, until idle for a time, or until a date. */
export type LifetimeOptions =
  | {
      /** Seconds without reads or writes after which the stream expires; a whole number. */
      readonly ttlSeconds?: number | undefined;
      /** Not together with a time. */
      readonly expiresAt?: undefined;
    }
  | {
      /** Not together with a date. */
      readonly ttlSeconds?: undefined;
      /** When the stream expires: a date, or an RFC 3339 timestamp. */
      readonly expiresAt?: Date | string | undefined;
    };

/** What `create` takes. */
export type CreateOptions<In> = CallOptions &
  LifetimeOptions & {
    /** Creates the stream closed: its initial messages are all it will ever hold. */
    readonly closed?: boolean | undefined;
    /** The first messages, stored with the creation or not at all. */
    readonly messages?: readonly In[] | undefined;
  };

/** What `append` takes besides the message. */
export interface AppendOptions extends CallOptions {
  /** `Stream-Seq`: refused unless it is above the last one, compared byte by byte (§5.2). */
  readonly seq?: string | undefined;
}

/** What `close` takes. */
export interface CloseOptions<In> extends CallOptions {
  /** A last message, stored in the same step as the closing. */
  readonly message?: In | undefined;
}

/** What `fork` takes. */
export type ForkOptions = CallOptions &
  LifetimeOptions & {
    /** Where the fork is to live: a URL of the same server, or one relative to this stream's. */
    readonly to: string | URL;
    /** The offset at which the fork leaves this stream; the tail unless given. */
    readonly at?: string | undefined;
    /** How much to inherit past `at`: messages (JSON) or bytes (anything else). */
    readonly subOffset?: number | undefined;
  };
