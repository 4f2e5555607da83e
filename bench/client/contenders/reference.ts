import { DurableStream, IdempotentProducer, stream } from "@durable-streams/client";
import type { Contender } from "./contender.ts";

/** The public reference client, with its defaults. */
export const reference: Contender = {
  async produce(url, messages) {
    const handle = new DurableStream({ url, contentType: "application/json" });
    const producer = new IdempotentProducer(handle, "bench");
    // Its way: it serialises nothing, and has no way to make the caller wait.
    for (const message of messages) producer.append(JSON.stringify(message));
    await producer.flush();
  },
  // Without live reading it stops after the first page.
  catchUp: (url) => read(url, "long-poll", () => {}),
  follow: (url, onLive) => read(url, "sse", onLive),
};

async function* read(url: string, live: "long-poll" | "sse", onLive: () => void): AsyncGenerator<unknown> {
  const response = await stream({ url, offset: "-1", live });
  onLive();
  yield* response.jsonStream();
}
