import { expect, it } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { StreamProducer } from "../../../src/client/producer/index.ts";
import { serveFetchHandler } from "../../support/node-server.ts";
import { memoryServer } from "./network.ts";

it("a producer stores everything once and in order while its server restarts under it", async () => {
  const handler = memoryServer();
  const first = await serveFetchHandler(handler);
  const port = Number(new URL(first.origin).port);
  const stream = new DurableStream<number>({ url: `${first.origin}/v1/stream/restart` });
  await stream.create();
  const retries: unknown[] = [];
  const producer = new StreamProducer(stream, {
    id: "p",
    lingerMs: 0,
    maxBatchMessages: 1,
    maxBufferedBatches: 5,
    retry: { maxAttempts: 1000, baseDelayMs: 2, maxDelayMs: 20 },
    onEvent: (event) => event.type === "retried" && retries.push(event),
  });
  const numbers = Array.from({ length: 150 }, (_, n) => n);
  const tickets = numbers.map((n) => producer.submit(n));
  // Cuts the connections with requests on their way, five times, and lets some attempts fail while nobody listens.
  let server = first;
  for (const n of [15, 40, 65, 90, 115]) {
    await (await tickets[n])?.acknowledged;
    const before = retries.length;
    await server.close();
    while (retries.length === before) await new Promise((resolve) => setImmediate(resolve));
    server = await serveFetchHandler(handler, { port });
  }
  await producer.close();
  await server.close();
  const response = await handler(new Request(`${stream.url}?offset=-1`));
  expect(await response.json()).toEqual(numbers);
});
