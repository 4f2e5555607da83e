import { expect, test } from "vitest";
import { DurableStream } from "../../src/client/index.ts";
import { startServer } from "../support/client/index.ts";

// In Node over a real connection to a memory store, in workerd to a Durable Object behind a Worker.

async function collect<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const message of messages) collected.push(message);
  return collected;
}

test("a stream lives from its creation to its deletion", async () => {
  await using server = await startServer();
  const stream = new DurableStream({ url: server.streamUrl() });
  await stream.create({ messages: [1] });
  await stream.append([2]);
  const fork = await stream.fork({ to: server.streamUrl("fork") });
  await fork.close({ message: "end" });
  await expect(collect(fork.read())).resolves.toEqual([1, [2], "end"]);
  await fork.delete();
  await stream.delete();
  await expect(stream.head()).rejects.toMatchObject({ _tag: "StreamNotFoundError" });
});

test.each(["sse", "long-poll"] as const)(
  "what a producer writes is what a reader reads meanwhile by %s",
  async (live) => {
    await using server = await startServer();
    const stream = new DurableStream({ url: server.streamUrl() });
    await stream.create();
    const sent = Array.from({ length: 200 }, (_, n) => ({ n }));
    const write = async (): Promise<void> => {
      await using producer = stream.producer({ id: "p", lingerMs: 0, maxBatchMessages: 7 });
      for (const message of sent) await producer.submit(message);
      await producer.close({ closeStream: true });
    };
    const [read] = await Promise.all([collect(stream.read({ live })), write()]);
    expect(read).toEqual(sent);
  },
);

test("a reader goes on from the checkpoint of another one, also after a round through JSON", async () => {
  await using server = await startServer();
  const stream = new DurableStream({ url: server.streamUrl() });
  await stream.create({ messages: ["a", "b", "c", "d"], closed: true });
  const first = stream.read({ limit: 2 });
  await expect(collect(first)).resolves.toEqual(["a", "b"]);
  const from = JSON.parse(JSON.stringify(first.checkpoint));
  await expect(collect(stream.read({ from }))).resolves.toEqual(["c", "d"]);
});
