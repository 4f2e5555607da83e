import ky, { isNetworkError } from "ky";
import type { Clock } from "../../shared/clock.ts";
import { PRODUCER_SEQ_HEADER } from "../../shared/constants.ts";
import { MalformedResponseError, TransportError } from "../../shared/errors/client-errors.ts";
import { ignore } from "../ignore.ts";
import { anySignal, untilAborted } from "./abort.ts";
import { discard } from "./body.ts";
import type { Transport, TransportRequest } from "./contract.ts";
import { type DynamicValues, evaluate, isDynamic, setAll } from "./dynamic.ts";
import { withQuery } from "./url.ts";

/** How a request is made, as `globalThis.fetch` does it: called with a `Request`. */
export type Fetch = (input: Request, init?: RequestInit) => Promise<Response>;

/** What {@link createTransport} takes. */
export interface TransportOptions {
  /** The stream's URL, from `parseStreamUrl`. */
  readonly url: URL;
  /** The caller's headers. */
  readonly headers?: DynamicValues | undefined;
  /** The caller's query parameters. */
  readonly params?: DynamicValues | undefined;
  /** Makes the requests; the platform's `fetch` at the time of each request unless given. */
  readonly fetch?: Fetch | undefined;
  /** Ends every request, also while its body is read. */
  readonly signal?: AbortSignal | undefined;
  /** Measures the wait for headers. */
  readonly clock: Clock;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** The slowest way out that a body is given the time for. */
const BYTES_PER_MS = 32;

/** A redirect may turn a write into a read, whose 200 would look like an acknowledgement. */
function isLostInRedirect(request: TransportRequest, response: Response): boolean {
  const isRead = request.method === "GET" || request.method === "HEAD";
  return response.redirected && !isRead && response.status === 200 && !response.headers.has(PRODUCER_SEQ_HEADER);
}

/**
 * Makes the transport of a stream handle.
 *
 * A 401 is repeated only when a header or parameter is a function: the same credentials would be refused again. A
 * function that throws counts as no answer, with what it threw as the cause: tokens come over a network too.
 *
 * @param options The stream's URL, and what the caller adds to requests.
 *
 * @example
 * ```ts
 * const transport = createTransport({ url: parseStreamUrl("https://example.test/v1/stream/a"), clock: systemClock });
 * const response = await transport.send({ method: "GET", query: { offset: "-1" } });
 * ```
 */
export function createTransport(options: TransportOptions): Transport {
  const { url, headers, params, clock } = options;
  const renewable = isDynamic(headers) || isDynamic(params);

  function exchange({ method, body }: TransportRequest, target: URL, sent: Headers, signal: AbortSignal) {
    const answer = ky(target, {
      method,
      headers: sent,
      ...(body && { body }),
      signal,
      // Called without a receiver, as browsers demand of theirs. ky always hands over a `Request`; its types allow more.
      fetch: (input, init) => {
        const { fetch = globalThis.fetch } = options;
        return fetch(input instanceof Request ? input : new Request(input), init);
      },
      retry: 0,
      timeout: false,
      throwHttpErrors: false,
    });
    // An injected `fetch` that ignores the signal may still answer after everybody left.
    answer.then((late) => signal.aborted && discard(late)).catch(ignore);
    return answer;
  }

  async function attempt(request: TransportRequest): Promise<Response> {
    const { body, timeoutMs = DEFAULT_TIMEOUT_MS + Math.floor((body?.length ?? 0) / BYTES_PER_MS) } = request;
    const callers = [request.signal, options.signal];
    const expiry = new AbortController();
    const expire = (): void => expiry.abort(new DOMException(`No answer within ${timeoutMs} ms`, "TimeoutError"));
    const timer = clock.setTimeout(expire, timeoutMs);
    const signal = anySignal(expiry.signal, ...callers);
    /** Throws the caller's own reason first, then our time-out, then the network's trouble. */
    const guarded = <T>(work: Promise<T>): Promise<T> =>
      untilAborted(work, signal).catch((error: unknown) => {
        for (const caller of callers) caller?.throwIfAborted();
        // ky's own error holds the request, and with it the caller's credentials: not for logs.
        const cause: unknown = signal.aborted ? signal.reason : isNetworkError(error) ? error.cause : error;
        // Browsers do not say why; the others name it, and what loops today will loop tomorrow.
        if (cause instanceof Error && /redirect/i.test(`${cause} ${cause.cause}`)) {
          throw new MalformedResponseError({ cause, detail: "Endless redirects" });
        }
        throw new TransportError({ cause });
      });
    try {
      const [callerHeaders, callerParams] = await guarded(Promise.all([evaluate(headers), evaluate(params)]));
      // Headers that cannot be are the caller's mistake and no trouble of the network: not guarded.
      const sent = new Headers();
      setAll(sent, callerHeaders);
      setAll(sent, Object.entries(request.headers ?? {}));
      const target = withQuery(url, callerParams, request.query ?? {});
      const response = await guarded(exchange(request, target, sent, signal));
      if (!isLostInRedirect(request, response)) return response;
      discard(response);
      throw new MalformedResponseError({ detail: "A redirect turned the write into a read" });
    } finally {
      clock.clearTimeout(timer);
    }
  }

  return {
    url: url.href,
    async send(request) {
      const response = await attempt(request);
      if (response.status !== 401 || !renewable) return response;
      discard(response);
      return attempt(request);
    },
  };
}
