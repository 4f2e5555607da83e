import { DurableStream } from "../../../src/client/index.ts";
import { StreamProducer } from "../../../src/client/producer/index.ts";
import { FileOutbox } from "./file-outbox.ts";

// Run as a process of its own, to be killed: appends the numbers from `from` up to, not including, `to`, and says on
// its output what is kept in the outbox (`kept 3`) and what is acknowledged (`ack 3`).
const [url = "", path = "", from = "0", to = "0"] = process.argv.slice(2);

const say = (line: string) => void process.stdout.write(`${line}\n`);
const outbox = new FileOutbox(path, ({ batches }) => say(`kept ${batches.length}`));
const stream = new DurableStream<number>({ url, retry: { baseDelayMs: 1 } });
const producer = new StreamProducer(stream, {
  id: "crashing",
  outbox,
  lingerMs: 0,
  maxBatchMessages: 1,
  retry: { maxAttempts: 100 },
});
const acknowledgements: Promise<void>[] = [];
for (let n = Number(from); n < Number(to); n++) {
  const { acknowledged } = await producer.submit(n);
  acknowledgements.push(acknowledged.then(() => say(`ack ${n}`)));
}
await Promise.all(acknowledgements);
await producer.close();
say("done");
