import { bearerToken, createStreamWorker, type WorkerContext } from "durable-cf-streams/durable-object";
import { chats } from "./contract.ts";

export { StreamObject } from "durable-cf-streams/durable-object";

interface Env {
  STREAMS: DurableObjectNamespace;
  STREAM_TOKEN: string;
}

const hasToken = bearerToken<WorkerContext<Env>>(({ env }) => env.STREAM_TOKEN);

export default createStreamWorker<Env>({
  binding: "STREAMS",
  contracts: [chats],
  contractsOnly: true, // no other streams
  authorize: (context) => context.operation === "read" || hasToken(context),
});
