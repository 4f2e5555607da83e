import type { Fetch } from "../../../src/client/transport/index.ts";
import { allowAnonymous, createStreamHandler, type StreamHandlerOptions } from "../../../src/server/http/index.ts";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import { networkFailure } from "../../support/client/index.ts";
import type { FetchHandler } from "../../support/node-server.ts";

/** Where the streams of these tests live; nothing listens there. */
export const STREAM_URL = "https://streams.test/v1/stream/log";

/** One request that a producer has made, and what the network does with it. */
export interface Exchange {
  readonly epoch: number;
  readonly seq: number;
  readonly body: string;
  readonly headers: Headers;
  /** Brings the request to the server and its answer back. */
  deliver(): Promise<Response>;
  /** Brings the request to the server and the answer nowhere; the producer waits on. */
  commit(): Promise<Response>;
  /** Lets the producer see a broken connection, whatever the server has seen. */
  drop(): void;
  /** Answers in the server's place. */
  answer(response: Response): void;
}

/** A network in which every request of a producer waits until the test decides what becomes of it. */
export class HeldNetwork {
  readonly #server: FetchHandler;
  readonly #arrived: Exchange[] = [];
  #wake: () => void = () => {};

  /** @param server What answers. */
  constructor(server: FetchHandler) {
    this.#server = server;
  }

  /** Requests that the test has not taken yet. */
  get waiting(): number {
    return this.#arrived.length;
  }

  readonly fetch: Fetch = async (request) => {
    const bytes = new Uint8Array(await request.arrayBuffer());
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    request.signal.addEventListener("abort", () => reject(request.signal.reason), { once: true });
    const commit = (): Promise<Response> =>
      this.#server(
        new Request(request.url, {
          method: request.method,
          headers: request.headers,
          ...(bytes.length > 0 && { body: bytes }),
        }),
      );
    this.#arrived.push({
      epoch: Number(request.headers.get("Producer-Epoch")),
      seq: Number(request.headers.get("Producer-Seq")),
      body: new TextDecoder().decode(bytes),
      headers: request.headers,
      commit,
      deliver: async () => {
        const response = await commit();
        resolve(response.clone());
        return response;
      },
      drop: () => reject(networkFailure()),
      answer: resolve,
    });
    this.#wake();
    return promise;
  };

  /** The next request, as soon as there is one. */
  async next(): Promise<Exchange> {
    for (;;) {
      const exchange = this.#arrived.shift();
      if (exchange !== undefined) return exchange;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  /** The next requests, in the order in which they were made. */
  async take(count: number): Promise<Exchange[]> {
    const exchanges: Exchange[] = [];
    while (exchanges.length < count) exchanges.push(await this.next());
    return exchanges;
  }

  /** Delivers whatever comes, from now on. */
  async open(): Promise<never> {
    for (;;) await (await this.next()).deliver();
  }
}

/** A server over a memory store, asked without a network. */
export function memoryServer(options: Partial<StreamHandlerOptions> = {}): FetchHandler {
  return createStreamHandler(new MemoryStore(), { authorize: allowAnonymous(), ...options });
}

/** A {@link memoryServer} with an empty stream at {@link STREAM_URL}. */
export async function serverWithStream(
  options: Partial<StreamHandlerOptions> = {},
  contentType = "application/json",
): Promise<FetchHandler> {
  const server = memoryServer(options);
  await server(new Request(STREAM_URL, { method: "PUT", headers: { "Content-Type": contentType } }));
  return server;
}

/** Everything in the stream, as stored. */
export async function stored(server: FetchHandler, url = STREAM_URL): Promise<unknown> {
  const response = await server(new Request(`${url}?offset=-1`));
  return response.headers.get("Content-Type") === "application/json" ? response.json() : response.text();
}

/** Whether the stream is closed. */
export async function isStreamClosed(server: FetchHandler): Promise<boolean> {
  const { headers } = await server(new Request(STREAM_URL, { method: "HEAD" }));
  return headers.get("Stream-Closed") === "true";
}

/** Closes the stream for everybody. */
export async function closeStream(server: FetchHandler): Promise<void> {
  await server(new Request(STREAM_URL, { method: "POST", headers: { "Stream-Closed": "true" } }));
}

/** Takes a producer id over with another epoch, storing one message. */
export async function takeOver(
  server: FetchHandler,
  id: string,
  epoch: number,
  message: unknown,
  url = STREAM_URL,
): Promise<void> {
  const headers = {
    "Content-Type": "application/json",
    "Producer-Id": id,
    "Producer-Epoch": String(epoch),
    "Producer-Seq": "0",
  };
  await server(new Request(url, { method: "POST", headers, body: JSON.stringify([message]) }));
}
