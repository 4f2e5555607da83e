// Takes the place of server.ts where there is no node:http. The transport asks for the global `fetch` at each request,
// so a server is an entry in a table in front of it.
import { allowAnonymous, createStreamHandler, type StreamHandlerOptions } from "../../../src/server/http/index.ts";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import type { TestServer } from "./server.ts";

const servers = new Map<string, TestServer["handler"]>();
const platformFetch = globalThis.fetch;

globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  const handler = servers.get(new URL(request.url).origin);
  return handler === undefined ? platformFetch(request) : handler(request);
};

let started = 0;
let streams = 0;

/** Serves a fresh memory store inside this isolate. */
export async function startServer(options: Partial<StreamHandlerOptions> = {}): Promise<TestServer> {
  started += 1;
  const origin = `http://server-${started}.test`;
  const handler = createStreamHandler(new MemoryStore(), { authorize: allowAnonymous(), ...options });
  servers.set(origin, handler);
  const close = async (): Promise<void> => {
    servers.set(origin, async () => {
      throw new TypeError("fetch failed");
    });
  };
  return {
    origin,
    base: `${origin}/v1/stream/`,
    handler,
    close,
    streamUrl: (name = "stream") => {
      streams += 1;
      return `${origin}/v1/stream/${name}-${streams}`;
    },
    [Symbol.asyncDispose]: close,
  };
}
