import { createStreamWorker, type StreamObject } from "durable-cf-streams/durable-object";
import { servePage } from "../../page/worker/serve-page.ts";
import { chats } from "../contract.ts";

export { StreamObject } from "durable-cf-streams/durable-object";

interface Env {
  readonly ASSETS: Fetcher;
  readonly STREAMS: DurableObjectNamespace<StreamObject>;
}

const streams = createStreamWorker<Env>({
  binding: "STREAMS",
  // What is no chat message does not get into a chat.
  contracts: [chats],
  // Everybody may do everything but delete. Yours knows who asks: see examples/plain-worker-d1.
  authorize: ({ operation }) => operation !== "delete",
});

export default {
  fetch: (request, env) => {
    const isPage = !new URL(request.url).pathname.startsWith("/v1/");
    return isPage ? servePage(request, env.ASSETS) : streams.fetch(request, env);
  },
} satisfies ExportedHandler<Env>;
