import { describe, expect, it } from "vitest";
import { type ProducerOptions, StreamProducer } from "../../../src/client/producer/index.ts";
import { hostedFor } from "../../support/client/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { HeldNetwork, STREAM_URL, serverWithStream, stored } from "./network.ts";

async function setUp(options: Partial<ProducerOptions> = {}) {
  const server = await serverWithStream();
  const network = new HeldNetwork(server);
  const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch: network.fetch });
  const producer = new StreamProducer(stream, { id: "p", lingerMs: 0, ...options });
  return { server, network, producer };
}

/** Submits without waiting, and counts what was accepted. */
function flood(producer: StreamProducer<unknown>, values: readonly unknown[]) {
  const flooded = { accepted: 0, done: Promise.resolve() };
  const submissions = values.map(async (value) => {
    await producer.submit(value);
    flooded.accepted += 1;
  });
  flooded.done = Promise.all(submissions).then(() => {});
  return flooded;
}

describe("how a producer bounds its buffer", () => {
  it("accepts no more bytes than maxBufferedBytes before some are acknowledged", async () => {
    const { server, network, producer } = await setUp({ maxBufferedBytes: 25, maxInFlight: 1 });
    const values = Array.from({ length: 10 }, () => "x".repeat(8));
    const flooded = flood(producer, values);
    const first = await network.next();
    await settled();
    expect([flooded.accepted, producer.bufferedBytes]).toEqual([2, 20]);
    await first.deliver();
    void network.open();
    await flooded.done;
    await producer.flush();
    expect(await stored(server)).toEqual(values);
  });

  it("accepts no more batches than maxBufferedBatches and one that gathers", async () => {
    const { server, network, producer } = await setUp({ maxBufferedBatches: 2, maxBatchMessages: 1 });
    const flooded = flood(producer, [1, 2, 3, 4, 5]);
    const first = await network.next();
    await settled();
    expect(flooded.accepted).toBe(3);
    await first.deliver();
    await settled();
    expect(flooded.accepted).toBe(4);
    void network.open();
    await flooded.done;
    await producer.flush();
    expect(await stored(server)).toEqual([1, 2, 3, 4, 5]);
  });

  it("accepts a message larger than the buffer when it is alone", async () => {
    const { server, network, producer } = await setUp({ maxBufferedBytes: 10 });
    const large = "y".repeat(100);
    const flooded = flood(producer, [1, large, 2]);
    void network.open();
    await flooded.done;
    await producer.flush();
    expect(await stored(server)).toEqual([1, large, 2]);
  });

  it("does not linger once the buffer is full", async () => {
    const { network, producer } = await setUp({ maxBufferedBytes: 4, lingerMs: 100_000_000 });
    const flooded = flood(producer, [11, 22, 33]);
    expect((await network.next()).body).toBe("[11,22]");
    expect(flooded.accepted).toBe(2);
    producer.abort();
    await flooded.done.catch(() => {});
  });

  it("makes a writable wait as submit does", async () => {
    const { network, producer } = await setUp({ maxBufferedBytes: 4, maxInFlight: 1 });
    const writer = producer.writable.getWriter();
    let written = 0;
    const writing = [11, 22, 33].map(async (value) => {
      await writer.write(value);
      written += 1;
    });
    const first = await network.next();
    await settled();
    expect(written).toBe(2);
    await first.deliver();
    void network.open();
    await Promise.all(writing);
    await writer.close();
    expect(producer.state).toBe("closed");
  });

  it("stores everything that is piped into it before the pipe resolves", async () => {
    const { server, network, producer } = await setUp({ maxBufferedBytes: 10 });
    void network.open();
    const source = new ReadableStream<unknown>({
      start(controller) {
        for (const n of [1, 2, 3, 4, 5]) controller.enqueue(n);
        controller.close();
      },
    });
    await source.pipeTo(producer.writable);
    expect(await stored(server)).toEqual([1, 2, 3, 4, 5]);
  });

  it("rejects what waits for room when the producer is aborted", async () => {
    const { producer } = await setUp({ maxBufferedBytes: 2, maxInFlight: 1 });
    const reason = new Error("enough");
    const submissions = [11, 22, 33].map((value) => producer.submit(value));
    await settled();
    producer.abort(reason);
    const outcomes = await Promise.allSettled(submissions);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(outcomes[2]).toMatchObject({ reason });
  });
});
