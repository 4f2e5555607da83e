// npm run example:node-consumer: a server, a producer of orders, and a consumer that is killed again and again.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DurableStream } from "durable-cf-streams/client";
import { startDevServer } from "../../scripts/dev-server.ts";
import { Inbox, type Order } from "./inbox.ts";

const ORDERS = 400;
const KILLS = 3;
/** The consumer is killed within each part of the orders but the last, so that it always finds more. */
const PART = ORDERS / (KILLS + 1);

const folder = await mkdtemp(join(tmpdir(), "node-consumer-"));
const file = join(folder, "inbox.db");
const server = await startDevServer({ port: 0, persist: false });
const stream = new DurableStream<Order>({ url: `${server.origin}/v1/stream/orders` });
await stream.create();

const producer = stream.producer({ id: "shop", maxBatchMessages: 5 });
for (let kill = 0; kill < KILLS; kill += 1) {
  // Orders keep coming, whether or not somebody takes them.
  const producing = produce(kill * PART);
  await consumeUntil(kill * PART + PART / 2);
  await producing;
}
await produce(KILLS * PART);
// Only now, since a consumer ends by itself when it has come to the end of a closed stream.
await producer.close({ closeStream: true });
await consumeUntil(Number.POSITIVE_INFINITY);
await server.stop();

const inbox = new Inbox(file);
const ids = inbox.ids;
const different = new Set(ids);
const gaps = Array.from({ length: ORDERS }, (_, id) => id).filter((id) => !different.has(id)).length;
const duplicates = ids.length - different.size;
console.log(
  `\n${ids.length} orders, ${inbox.cents} cents; killed ${KILLS} times: ${duplicates} duplicates, ${gaps} gaps`,
);
inbox.close();
await rm(folder, { recursive: true });
process.exitCode = duplicates === 0 && gaps === 0 ? 0 : 1;

/** Sends the next orders, and waits until they are stored. */
async function produce(from: number): Promise<void> {
  for (let id = from; id < from + PART; id += 1) await producer.submit({ id, cents: 100 + id });
  await producer.flush();
}

/** Runs the consumer, and kills it without a warning when it has come to some order. */
async function consumeUntil(id: number): Promise<void> {
  const consumer = spawn(process.execPath, [...process.execArgv, script("consume.ts"), stream.url, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of linesOf(consumer)) {
    console.log(`  consumer ${consumer.pid}: ${line}`);
    if (Number(/up to (\d+)/.exec(line)?.[1]) >= id) consumer.kill("SIGKILL");
  }
  if (consumer.exitCode === null && consumer.signalCode === null) await once(consumer, "exit");
  console.log(`  consumer ${consumer.pid} ended: ${consumer.signalCode ?? consumer.exitCode}`);
}

function linesOf({ stdout }: ChildProcess): AsyncIterable<string> {
  if (stdout === null) throw new Error("The consumer has no output");
  return createInterface({ input: stdout });
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
