import { DurableStream, type DurableStreamOptions } from "../../../src/client/stream/index.ts";
import { allowAnonymous, createStreamHandler, type StreamHandlerOptions } from "../../../src/server/http/index.ts";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import { type Step, scriptedFetch } from "../../support/client/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";

/** Where the streams of these tests live; nothing listens there. */
export const BASE = "https://streams.test/v1/stream/";

/** A server without a network, and handles on its streams whose requests can be counted. */
export function inProcess(serverOptions: Partial<StreamHandlerOptions> = {}) {
  const handler = createStreamHandler(new MemoryStore(), { authorize: allowAnonymous(), ...serverOptions });
  const { fetch, requests } = scriptedFetch(handler);
  const stream = (name: string, options: Partial<DurableStreamOptions> = {}): DurableStream =>
    new DurableStream({ url: BASE + name, fetch, ...options });
  /** The whole content, as text. */
  const contentOf = async (name: string): Promise<string> => (await handler(new Request(BASE + name))).text();
  return { contentOf, fetch, handler, requests, stream };
}

/** A handle whose answers are scripted, with a clock that stands still. */
export function scripted(steps: readonly Step[], options: Partial<DurableStreamOptions> = {}) {
  const script = scriptedFetch(...steps);
  const clock = new FakeClock();
  const stream: DurableStream = new DurableStream({
    url: `${BASE}scripted`,
    fetch: script.fetch,
    clock,
    random: () => 0.5,
    ...options,
  });
  return { clock, requests: script.requests, stream };
}

const TAIL = "0000000000000000_0000000000000007";

/** A success of an append. */
export const appended = (): Response => new Response(null, { status: 204, headers: { "Stream-Next-Offset": TAIL } });

/** A success of a close. */
export const closed = (): Response =>
  new Response(null, { status: 204, headers: { "Stream-Next-Offset": TAIL, "Stream-Closed": "true" } });

/** Any refusal without a body. */
export const refused = (status: number, headers: Record<string, string> = {}): Response =>
  new Response(null, { status, headers });
