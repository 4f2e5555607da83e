import { DurableStream } from "../../../src/client/index.ts";
import type { Contender } from "./contender.ts";

/** The client of this package, with its defaults. */
export const ours: Contender = {
  async produce(url, messages) {
    const producer = new DurableStream({ url }).producer({ id: "bench" });
    for (const message of messages) await producer.submit(message);
    await producer.close();
  },
  catchUp: (url) => new DurableStream({ url }).read({ live: false }),
  follow: (url, onLive) =>
    new DurableStream({ url }).read({
      live: "sse",
      onStatus(status) {
        if (status.type === "live") onLive();
      },
    }),
};
