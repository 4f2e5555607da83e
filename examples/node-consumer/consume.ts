// Takes orders from a stream into a database, until the stream is closed: consume.ts URL FILE
//
// Kill it whenever you like, as hard as you like: started again, it goes on at the exact order.
import { DurableStream } from "durable-cf-streams/client";
import { Inbox, type Order } from "./inbox.ts";

const [url, file] = process.argv.slice(2);
if (url === undefined || file === undefined) throw new Error("usage: consume.ts URL FILE");

const inbox = new Inbox(file);
const { checkpoint: start } = inbox;
console.log(start === undefined ? "from the start" : `on from ${start.offset} + ${start.index}`);

const stream = new DurableStream<Order>({ url });
for await (const { messages, checkpoint } of stream.read({ from: start }).batches()) {
  inbox.take(messages, checkpoint);
  console.log(`took ${messages.length}, up to ${messages.at(-1)?.id}`);
}
console.log("the stream is closed");
inbox.close();
