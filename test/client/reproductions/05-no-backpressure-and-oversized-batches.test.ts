import { describe, expect, it } from "vitest";
import { StreamProducer } from "../../../src/client/producer/index.ts";
import { hostedFor, scriptedFetch } from "../../support/client/index.ts";
import { STREAM_URL, serverWithStream, stored } from "../producer/network.ts";
import { VirtualTime } from "../producer/virtual-time.ts";

// The reference client queues 30,000 batches in 298 MB, and sends 5,008 bytes where 1,000 are the limit.
describe("reproduction 5: no backpressure, and batches over their limit", () => {
  it("accepts no more than its buffer holds of 30,000 messages while the server does not answer", async () => {
    const { fetch, requests } = scriptedFetch(() => new Promise<Response>(() => {}));
    const time = new VirtualTime();
    const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch, clock: time });
    const producer = new StreamProducer(stream, { id: "p", maxBufferedBytes: 100_000, maxBatchBytes: 1000 });
    const value = "x".repeat(998);
    let accepted = 0;
    const flood = (async () => {
      for (let n = 0; n < 30_000; n++) {
        await producer.submit(value);
        accepted += 1;
      }
    })();
    await time.until(time.sleep(25_000));
    expect([accepted, producer.pendingMessages, requests.length]).toEqual([6, 6, 1]);
    expect(producer.bufferedBytes).toBe(6000);
    producer.abort(new Error("over"));
    await expect(flood).rejects.toThrow("over");
  });

  it("sends no body over maxBatchBytes", async () => {
    const time = new VirtualTime();
    const server = await serverWithStream();
    const sizes: number[] = [];
    const { fetch } = scriptedFetch(async (request) => {
      const body = await request.clone().bytes();
      sizes.push(body.length);
      return server(request);
    });
    const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch, clock: time });
    const producer = new StreamProducer(stream, { id: "p", maxBatchBytes: 1000 });
    const values = Array.from({ length: 500 }, (_, n) => "y".repeat(n % 97));
    const submitted = Promise.all(values.map((value) => producer.submit(value)));
    await time.until(submitted);
    await time.until(producer.flush());
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
    expect(await stored(server)).toEqual(values);
  });
});
