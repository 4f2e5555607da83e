// Takes the place of test/support/client/server.ts in a browser, which can serve nothing: a server is the Worker on the
// other side of a real network, or, where a test wants other options, a handler in the page.
import { allowAnonymous, createStreamHandler, type StreamHandlerOptions } from "../../../src/server/http/index.ts";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import type { TestServer } from "../../support/client/server.ts";

type Handler = TestServer["handler"];

const inPage = new Map<string, Handler>();
const platformFetch = globalThis.fetch.bind(globalThis);

globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  const handler = inPage.get(new URL(request.url).origin);
  return handler === undefined ? platformFetch(request) : handler(request);
};

const stopped: Handler = async () => {
  throw new TypeError("Failed to fetch");
};

/**
 * The server of a test.
 *
 * @param options With any, a memory store in this page; without, the Worker's Durable Objects.
 */
export async function startServer(options: Partial<StreamHandlerOptions> = {}): Promise<TestServer> {
  const isInPage = Object.keys(options).length > 0;
  const origin = isInPage ? `http://${crypto.randomUUID()}.test` : workerOrigin();
  const handler: Handler = isInPage
    ? createStreamHandler(new MemoryStore(), { authorize: allowAnonymous(), ...options })
    : platformFetch;
  if (isInPage) inPage.set(origin, handler);
  const close = async (): Promise<void> => {
    if (isInPage) inPage.set(origin, stopped);
  };
  return {
    origin,
    base: `${origin}/v1/stream/`,
    handler,
    close,
    // The objects outlive the test that made them: names are never used twice.
    streamUrl: (name = "stream") => `${origin}/v1/stream/${name}-${crypto.randomUUID()}`,
    [Symbol.asyncDispose]: close,
  };
}

/** The page's URL says where the Worker is. */
function workerOrigin(): string {
  return new URL(location.href).searchParams.get("worker") ?? location.origin;
}
