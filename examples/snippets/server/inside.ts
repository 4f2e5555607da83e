import { DurableStream } from "durable-cf-streams/client";
import { allowAnonymous, createStreamWorker, type StreamObject } from "durable-cf-streams/durable-object";

interface Env {
  readonly STREAMS: DurableObjectNamespace<StreamObject>;
}

// #region inside
/** The same streams with every right. Only this Worker calls it, so there is nobody to ask. */
const inside = createStreamWorker<Env>({ binding: "STREAMS", authorize: allowAnonymous() });

/** Writes to a stream from within the Worker: no request leaves it. */
export async function report(env: Env, job: string, event: { state: string }): Promise<void> {
  const stream = new DurableStream<{ state: string }>({
    url: `https://streams.internal/v1/stream/jobs/${job}`, // the origin does not matter
    fetch: (request) => inside.fetch(request, env),
  });
  const producer = stream.producer({ id: crypto.randomUUID() });
  await producer.append(event);
  await producer.close();
}
// #endregion inside
