import { describe, expect, it } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { delivered, type Fault, serveWith } from "../../support/client/faults/index.ts";
import { stored, takeOver } from "../producer/network.ts";

// In the reference client each fenced batch claims an epoch of its own: messages vanish and change places, unreported.
describe("reproduction 3: autoClaim with five requests in flight loses messages and their order", () => {
  it("claims one epoch and stores every message once, in order", async () => {
    const fenced = Promise.withResolvers<void>();
    let waiting = 0;
    // All five are on their way before the first of them hears of the other producer.
    const late: Fault = async (exchange) => {
      waiting += 1;
      if (waiting === 5) fenced.resolve(takeOver(server.handler, "p", 9, "other", stream.url));
      await fenced.promise;
      return exchange.deliver();
    };
    await using server = await serveWith({ append: [delivered, late, late, late, late, late] });
    const stream = new DurableStream({ url: server.streamUrl() });
    await stream.create();
    const options = { id: "p", lingerMs: 0, maxBatchMessages: 1, maxInFlight: 5, autoClaim: true };
    const producer = stream.producer(options);
    await producer.append(0);
    await Promise.all(Array.from({ length: 20 }, (_, n) => producer.append(n + 1)));
    await producer.flush();
    expect(await stored(server.handler, stream.url)).toEqual([
      0,
      "other",
      ...Array.from({ length: 20 }, (_, n) => n + 1),
    ]);
    expect(new Set(server.sent("append").map(({ headers }) => headers.get("Producer-Epoch")))).toEqual(
      new Set(["0", "10"]),
    );
  });
});
