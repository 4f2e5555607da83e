import { DurableStream } from "durable-cf-streams/client";

const stream = new DurableStream<{ from: string; text: string }>({ url: "https://example.com/v1/stream/chat" });
await stream.create({ ttlSeconds: 24 * 60 * 60 });

// One id for each writer at a time. Its messages are stored exactly once and in order, whatever the network does.
await using producer = stream.producer({ id: `chat-${crypto.randomUUID()}` });
await producer.append({ from: "ada", text: "hello" }); // durable
await producer.submit({ from: "ada", text: "again" }); // accepted; waits while the buffer is full
await producer.flush(); // all durable
