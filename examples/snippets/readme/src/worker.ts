import { bearerToken, createStreamWorker } from "durable-cf-streams/durable-object";

export { StreamObject } from "durable-cf-streams/durable-object";

interface Env {
  STREAMS: DurableObjectNamespace;
  STREAM_TOKEN: string;
}

export default createStreamWorker<Env>({ binding: "STREAMS", authorize: bearerToken(({ env }) => env.STREAM_TOKEN) });
