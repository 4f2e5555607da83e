import { allowAnonymous, createStreamHandler, type StreamHandlerOptions } from "../../../src/server/http/index.ts";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import { type FetchHandler, type NodeServer, serveFetchHandler } from "../node-server.ts";

/** A real server over a memory store. */
export interface TestServer extends NodeServer {
  /** Where the streams live, with a trailing slash. */
  readonly base: string;
  /** Answers requests without a network, for `fetch` injection. */
  readonly handler: FetchHandler;
  /** The URL of a stream that no other test uses. */
  streamUrl(name?: string): string;
  /** Stops the server at the end of the block. */
  [Symbol.asyncDispose](): Promise<void>;
}

let streams = 0;

/**
 * Serves a fresh memory store on a free port.
 *
 * @param options What the handler is to do otherwise.
 */
export async function startServer(options: Partial<StreamHandlerOptions> = {}): Promise<TestServer> {
  const handler = createStreamHandler(new MemoryStore(), { authorize: allowAnonymous(), ...options });
  const server = await serveFetchHandler(handler);
  const base = `${server.origin}/v1/stream/`;
  return {
    ...server,
    base,
    handler,
    streamUrl: (name = "stream") => {
      streams += 1;
      return `${base}${name}-${streams}`;
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}
