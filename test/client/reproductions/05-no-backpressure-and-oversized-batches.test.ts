import { describe, expect, it } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { serveWith } from "../../support/client/faults/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { stored } from "../producer/network.ts";

// The reference client queues 30,000 batches in 298 MB, and sends 5,008 bytes where 1,000 are the limit.
describe("reproduction 5: no backpressure, and batches over their limit", () => {
  it("accepts no more than its buffer holds of 30,000 messages while the server does not answer", async () => {
    const asked = Promise.withResolvers<void>();
    const unanswered = () => {
      asked.resolve();
      return new Promise<Response>(() => {});
    };
    await using server = await serveWith({ append: unanswered });
    const stream = new DurableStream({ url: server.streamUrl() });
    await stream.create();
    const producer = stream.producer({ id: "p", maxBufferedBytes: 100_000, maxBatchBytes: 1000 });
    const value = "x".repeat(998);
    let accepted = 0;
    const flood = (async () => {
      for (let n = 0; n < 30_000; n++) {
        await producer.submit(value);
        accepted += 1;
      }
    })();
    await asked.promise;
    // Accepting takes no time: what is not accepted now never is.
    await settled();
    expect([accepted, producer.pendingMessages, server.sent("append").length]).toEqual([6, 6, 1]);
    expect(producer.bufferedBytes).toBe(6000);
    producer.abort(new Error("over"));
    await expect(flood).rejects.toThrow("over");
  });

  it("sends no body over maxBatchBytes", async () => {
    await using server = await serveWith({});
    const stream = new DurableStream({ url: server.streamUrl() });
    await stream.create();
    const producer = stream.producer({ id: "p", maxBatchBytes: 1000 });
    const values = Array.from({ length: 500 }, (_, n) => "y".repeat(n % 97));
    await Promise.all(values.map((value) => producer.submit(value)));
    await producer.flush();
    const sizes = server.sent("append").map(({ body }) => body.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
    expect(await stored(server.handler, stream.url)).toEqual(values);
  });
});
