import { describe, expect, it } from "vitest";
import { type ProducerOptions, StreamProducer } from "../../../src/client/producer/index.ts";
import { hostedFor } from "../../support/client/index.ts";
import { FakeClock, settled } from "../../support/fake-clock.ts";
import { HeldNetwork, STREAM_URL, serverWithStream, stored } from "./network.ts";

async function setUp(options: Partial<ProducerOptions> = {}, contentType = "application/json") {
  const server = await serverWithStream({}, contentType);
  const network = new HeldNetwork(server);
  const clock = new FakeClock();
  const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch: network.fetch, clock, contentType });
  const producer = new StreamProducer(stream, { id: "p", lingerMs: 0, ...options });
  return { server, network, clock, producer };
}

describe("how a producer gathers messages", () => {
  it("acknowledges a message with its epoch, its batch and the stream's end", async () => {
    const { network, producer } = await setUp();
    const appended = producer.append({ n: 1 });
    const response = await (await network.next()).deliver();
    await expect(appended).resolves.toEqual({
      offset: response.headers.get("Stream-Next-Offset"),
      epoch: 0,
      seq: 0,
    });
    expect(producer.lastOffset).toBe(response.headers.get("Stream-Next-Offset"));
  });

  it("keeps a message that is itself an array one message", async () => {
    const { server, network, producer } = await setUp();
    await Promise.all([producer.submit([1, 2]), producer.submit([])]);
    void network.open();
    await producer.flush();
    expect(await stored(server)).toEqual([[1, 2], []]);
  });

  it("waits the linger time for company", async () => {
    const { network, clock, producer } = await setUp({ lingerMs: 20 });
    await producer.submit(1);
    await clock.advance(19);
    await producer.submit(2);
    expect(network.waiting).toBe(0);
    await clock.advance(1);
    expect((await network.next()).body).toBe("[1,2]");
  });

  it("leaves no linger timer behind once a batch is formed for another reason", async () => {
    const { network, clock, producer } = await setUp({ lingerMs: 20, maxBatchMessages: 1 });
    await producer.submit(1);
    const exchange = await network.next();
    await exchange.deliver();
    await producer.flush();
    expect(clock.pending).toBe(0);
  });

  it("sends a full batch at once", async () => {
    const { network, producer } = await setUp({ lingerMs: 1000, maxBatchMessages: 2 });
    await Promise.all([1, 2, 3].map((n) => producer.submit(n)));
    expect((await network.next()).body).toBe("[1,2]");
    expect(producer.pendingMessages).toBe(3);
  });

  it("fills a body to maxBatchBytes exactly, brackets and commas included", async () => {
    const { network, producer } = await setUp({ lingerMs: 1000, maxBatchBytes: 7 });
    await Promise.all([1, 2, 3, 4].map((n) => producer.submit(n)));
    expect((await network.next()).body).toBe("[1,2,3]");
  });

  it("never makes a body larger than maxBatchBytes of messages that fit", async () => {
    const { network, producer } = await setUp({ lingerMs: 1000, maxBatchBytes: 6, maxBufferedBatches: 9 });
    await Promise.all([1, 2, 3, 4].map((n) => producer.submit(n)));
    const first = await network.next();
    expect(first.body).toBe("[1,2]");
    await first.deliver();
    void producer.flush();
    expect((await network.next()).body).toBe("[3,4]");
  });

  it("sends a message over maxBatchBytes alone", async () => {
    const { network, producer } = await setUp({ maxBatchBytes: 10, maxBufferedBatches: 3 });
    await Promise.all(["a", "b".repeat(50), "c"].map((text) => producer.submit(text)));
    const first = await network.next();
    await first.deliver();
    const rest = await network.take(2);
    expect([first, ...rest].map(({ body }) => body)).toEqual(['["a"]', `["${"b".repeat(50)}"]`, '["c"]']);
  });

  it("joins runs of text without anything between", async () => {
    const { network, producer } = await setUp({ lingerMs: 5, maxBatchBytes: 4 }, "text/plain");
    await Promise.all(["ab", "cd", "e"].map((text) => producer.submit(text)));
    expect((await network.next()).body).toBe("abcd");
  });

  it("gathers what comes while it has no room for another batch", async () => {
    const { network, producer } = await setUp({ maxInFlight: 1 });
    await producer.submit(1);
    const first = await network.next();
    await Promise.all([2, 3, 4].map((n) => producer.submit(n)));
    await first.deliver();
    expect((await network.next()).body).toBe("[2,3,4]");
  });

  it("takes messages in the order of the calls when their encoding takes different times", async () => {
    const server = await serverWithStream();
    const gates = new Map<unknown, () => void>();
    const schema = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value: unknown) =>
          new Promise<{ value: unknown }>((resolve) => gates.set(value, () => resolve({ value }))),
      },
    } as const;
    const stream = hostedFor(STREAM_URL, { fetch: (request) => server(request), schema });
    const producer = new StreamProducer(stream, { id: "p" });
    const flushed = [producer.submit(1), producer.submit(2), producer.flush()];
    gates.get(2)?.();
    await settled();
    gates.get(1)?.();
    await Promise.all(flushed);
    expect(await stored(server)).toEqual([1, 2]);
  });

  it("refuses a message that the schema refuses, and goes on with the others", async () => {
    const server = await serverWithStream();
    const schema = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: (value: unknown) => (typeof value === "number" ? { value } : { issues: [{ message: "no number" }] }),
      },
    } as const;
    const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch: (request) => server(request), schema });
    const producer = new StreamProducer(stream, { id: "p" });
    const outcomes = await Promise.allSettled([1, "two", 3].map((value) => producer.append(value)));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(outcomes[1]).toMatchObject({ reason: { _tag: "SchemaError" } });
    expect(await stored(server)).toEqual([1, 3]);
  });

  it.each([{ id: "" }, { id: " p" }, { id: "käse" }, { id: "line\nbreak" }, { id: "x".repeat(257) }])(
    "refuses the id $id, which no header can carry",
    async ({ id }) => {
      await expect(setUp({ id })).rejects.toThrow(TypeError);
    },
  );

  it.each([
    { epoch: -1 },
    { epoch: 0.5 },
    { lingerMs: -1 },
    { maxBatchBytes: 0 },
    { maxBatchMessages: 0 },
    { maxInFlight: 0 },
    { maxBufferedBytes: 0 },
    { maxBufferedBatches: 0 },
    { maxInFlight: Number.NaN },
  ])("refuses %o", async (options) => {
    await expect(setUp(options)).rejects.toThrow(RangeError);
  });
});
