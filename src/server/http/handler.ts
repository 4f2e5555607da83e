import type { StreamStore } from "../storage/contract/index.ts";
import { createRequestCore } from "./core.ts";
import { createEdge, type EdgeOptions } from "./edge.ts";
import type { RequestCoreOptions } from "./options.ts";

/** How {@link createStreamHandler} serves a store. Only `authorize` is required. */
export interface StreamHandlerOptions extends EdgeOptions, RequestCoreOptions {}

/**
 * Serves the streams of a store over the Durable Streams protocol, in any runtime with the Fetch API.
 *
 * @param store Where the streams live. Use one handler for each store: it is what live readers share.
 * @param options See {@link StreamHandlerOptions}.
 * @returns A function from request to response that never rejects.
 * @throws TypeError without `authorize`, or for a `basePath`, CORS options or contracts that make no sense; RangeError for
 * a limit or a duration that makes none.
 *
 * @example
 * ```ts
 * const handle = createStreamHandler(new MemoryStore(), { authorize: bearerToken(process.env.STREAM_TOKEN) });
 * const response = await handle(new Request("http://localhost/v1/stream/greetings", { method: "PUT" }));
 * ```
 */
export function createStreamHandler(
  store: StreamStore,
  options: StreamHandlerOptions,
): (request: Request) => Promise<Response> {
  const edge = createEdge(options);
  const core = createRequestCore(store, options);
  return (request) => edge.handle(request, {}, (route) => core.handle(route.request, route));
}
