import { allowAnonymous, createStreamWorker, type StreamObject } from "durable-cf-streams/durable-object";
import { servePage } from "../../page/worker/serve-page.ts";

export { StreamObject } from "durable-cf-streams/durable-object";

interface Env {
  readonly ASSETS: Fetcher;
  readonly STREAMS: DurableObjectNamespace<StreamObject>;
}

/**
 * The local development server: the streams below `/v1/stream`, open to everyone who can reach it. That is what a
 * server on localhost is for, and what nobody should deploy: there, `authorize` decides (`bearerToken`, or your own).
 */
const streams = createStreamWorker<Env>({ binding: "STREAMS", authorize: allowAnonymous() });

export default {
  fetch: (request, env) => {
    const isPage = !new URL(request.url).pathname.startsWith("/v1/");
    return isPage ? servePage(request, env.ASSETS) : streams.fetch(request, env);
  },
} satisfies ExportedHandler<Env>;
