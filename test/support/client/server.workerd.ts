// Takes the place of server.ts in workerd, where there is no node:http: the streams live in Durable Objects behind the
// Worker under test. The transport asks for the global `fetch` at each request, so a server is an entry in a table
// in front of it.
import { exports } from "cloudflare:workers";
import { allowAnonymous, createStreamHandler, type StreamHandlerOptions } from "../../../src/server/http/index.ts";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import type { TestServer } from "./server.ts";

type Handler = TestServer["handler"];

const servers = new Map<string, Handler>();
const platformFetch = globalThis.fetch;

globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  const handler = servers.get(new URL(request.url).origin);
  return handler === undefined ? platformFetch(request) : handler(request);
};

const stopped: Handler = async () => {
  throw new TypeError("fetch failed");
};

/**
 * The server of a test.
 *
 * @param options With any, a memory store in this isolate; without, the Worker's Durable Objects.
 */
export async function startServer(options: Partial<StreamHandlerOptions> = {}): Promise<TestServer> {
  // The objects outlive the test that made them: names are never used twice.
  const origin = `http://${crypto.randomUUID()}.test`;
  const handler: Handler =
    Object.keys(options).length > 0
      ? createStreamHandler(new MemoryStore(), { authorize: allowAnonymous(), ...options })
      : (request) => exports.default.fetch(request);
  servers.set(origin, handler);
  const close = async (): Promise<void> => {
    servers.set(origin, stopped);
  };
  return {
    origin,
    base: `${origin}/v1/stream/`,
    handler,
    close,
    streamUrl: (name = "stream") => `${origin}/v1/stream/${name}-${crypto.randomUUID()}`,
    [Symbol.asyncDispose]: close,
  };
}
