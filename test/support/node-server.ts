import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a Fetch-API runtime runs: {@link createStreamHandler} returns one. */
export type FetchHandler = (request: Request) => Promise<Response>;

/** A handler being served, as {@link serveFetchHandler} returns it. */
export interface NodeServer {
  /** Scheme, host and port, without a trailing slash: `http://127.0.0.1:40123`. */
  readonly origin: string;
  /** Stops listening and cuts open connections, live readers included. Resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Serves a Fetch handler with `node:http`.
 *
 * @param handler - Answers every request.
 * @param options - `port` to listen on (default 0: any free one) and `host` (default `127.0.0.1`).
 * @returns The running server.
 * @throws The listen error, for example `EADDRINUSE`.
 * @example
 * ```ts
 * const handler = createStreamHandler(new MemoryStore(), { authorize: allowAnonymous() });
 * const server = await serveFetchHandler(handler, { port: 4437 });
 * console.log(server.origin);
 * ```
 */
export function serveFetchHandler(
  handler: FetchHandler,
  { port = 0, host = "127.0.0.1" }: { port?: number; host?: string } = {},
): Promise<NodeServer> {
  const server = createServer(nodeListener(handler));
  // A busy client would send its next request on a connection that is just being closed for having been idle.
  server.keepAliveTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve({
        origin: `http://${host}:${listeningPort(server.address())}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/**
 * Adapts a Fetch handler to a `node:http` request listener.
 *
 * Both bodies stream with backpressure. `request.signal` aborts when the client leaves before the response is whole.
 * A response body that fails destroys the connection: the client sees an error, never a short body that looks complete.
 *
 * @param handler - Answers every request; what it throws becomes a bare 500.
 * @returns A listener for `http.createServer`.
 * @example
 * ```ts
 * createServer(nodeListener(handler)).listen(4437);
 * ```
 */
export function nodeListener(handler: FetchHandler): RequestListener {
  return async (incoming, outgoing) => {
    const left = new AbortController();
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) {
        left.abort();
      }
    });
    // A socket error is followed by "close", which is where it is dealt with.
    outgoing.on("error", () => {});
    incoming.on("error", () => {});

    const request = toRequest(incoming, left.signal);
    if (request === undefined) {
      outgoing.writeHead(400).end();
      return;
    }
    try {
      await send(await handler(request), outgoing, left.signal);
    } catch {
      if (outgoing.headersSent) {
        outgoing.destroy();
      } else {
        outgoing.writeHead(500).end();
      }
    }
    // A body that the handler refused to read (413) is drained, so that the client gets to read the refusal.
    // `server.requestTimeout` bounds how long that can take.
    incoming.resume();
  };
}

/** The request that arrived, or `undefined` when its target or headers are none that Fetch can express. */
function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method = "GET", url = "/", rawHeaders } = incoming;
  // Joined, not resolved against a base: a target such as `//host/path` is a path here, never another host.
  const target = url.startsWith("/") ? `http://${incoming.headers.host ?? "localhost"}${url}` : url;
  try {
    const headers = new Headers();
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
      headers.append(rawHeaders[at] ?? "", rawHeaders[at + 1] ?? "");
    }
    const bodiless = method === "GET" || method === "HEAD";
    return new Request(target, {
      method,
      headers,
      signal,
      ...(bodiless ? {} : { body: requestBody(incoming), duplex: "half" }),
    });
  } catch {
    return undefined;
  }
}

function requestBody(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  // Cancelling must not destroy the socket: the response has yet to travel over it.
  const chunks = incoming.iterator({ destroyOnReturn: false });
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const next: IteratorResult<Uint8Array> = await chunks.next();
      if (next.done) {
        controller.close();
        controller.byobRequest?.respond(0);
      } else {
        // Enqueuing detaches the buffer, and Node's chunks are views of one that others share: hand over a copy.
        controller.enqueue(new Uint8Array(next.value));
      }
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}

async function send(response: Response, outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) {
    outgoing.appendHeader(name, value);
  }
  if (response.body === null) {
    outgoing.end();
    return;
  }
  // A body shorter or longer than its Content-Length is an error here, instead of a client that waits for the rest.
  outgoing.strictContentLength = true;
  // A live response may not have a first byte for minutes; its head must not wait for one.
  outgoing.flushHeaders();
  await pump(response.body, outgoing, signal);
  outgoing.end();
}

async function pump(body: ReadableStream<Uint8Array>, outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  const reader = body.getReader();
  const leave = () => {
    reader.cancel(signal.reason).catch(() => {});
  };
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) {
    leave();
  }
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (!outgoing.write(next.value) && !outgoing.destroyed) {
      await drained(outgoing);
    }
  }
  signal.removeEventListener("abort", leave);
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      outgoing.off("drain", settle).off("close", settle);
      resolve();
    };
    outgoing.on("drain", settle).on("close", settle);
  });
}

function listeningPort(address: AddressInfo | string | null): number {
  return address !== null && typeof address === "object" ? address.port : 0;
}
