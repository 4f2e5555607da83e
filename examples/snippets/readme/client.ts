import { DurableStream } from "durable-cf-streams/client";

const stream = new DurableStream<{ from: string; text: string }>({
  url: "http://localhost:8787/v1/stream/chat",
  headers: { Authorization: "Bearer secret" },
});
await stream.create(); // or finds it

const producer = stream.producer({ id: crypto.randomUUID() });
await producer.append({ from: "ada", text: "hello" }); // durable, and stored once, whatever the network did
await producer.close();

const reader = stream.read({ live: false }); // live is the default: then it goes on with what is written later
for await (const { from, text } of reader) console.log(`${from}: ${text}`);
console.log(reader.checkpoint); // plain JSON: `from: checkpoint` goes on behind the last message, days later too
