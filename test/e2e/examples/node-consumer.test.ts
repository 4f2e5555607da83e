import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Inbox, type Order } from "../../../examples/node-consumer/inbox.ts";
import { DurableStream } from "../../../src/client/index.ts";
import { allowAnonymous, createStreamHandler } from "../../../src/server/http/index.ts";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import { type NodeServer, serveFetchHandler } from "../../support/node-server.ts";
import { Command } from "../command.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const NODE = ["node", "--disable-warning=ExperimentalWarning", "--import", "./scripts/package-sources.mjs"];

let server: NodeServer;
let data: string;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "node-consumer-"));
  // Small pages, so that a kill finds the consumer between two of them.
  const handler = createStreamHandler(new MemoryStore(), { authorize: allowAnonymous(), maxReadBytes: 300 });
  server = await serveFetchHandler(handler);
});

afterAll(async () => {
  await server.close();
  await rm(data, { recursive: true, force: true });
});

test("a consumer that is killed goes on at the exact order, and no order is taken twice", async () => {
  const file = join(data, "inbox.db");
  const stream = new DurableStream<Order>({ url: `${server.origin}/v1/stream/orders` });
  const orders = Array.from({ length: 180 }, (_, id) => ({ id, cents: 100 + id }));
  await stream.create();
  await using producer = stream.producer({ id: "shop", lingerMs: 0, maxBatchMessages: 1 });
  const consume = (): Command =>
    new Command([...NODE, "examples/node-consumer/consume.ts", stream.url, file], { cwd: project });

  for (const round of [0, 1, 2]) {
    await using consumer = consume();
    const writing = orders.slice(round * 60, round * 60 + 60).map((order) => producer.append(order));
    await consumer.output(/(took.*\n){3}/);
    consumer.kill("SIGKILL");
    const { code, stdout } = await consumer.ended;
    const [start, ...lines] = stdout.trim().split("\n");
    console.log(`began ${start}, killed when it had said: ${lines.at(-1)}`);
    expect(code).toBeNull();
    // The rest arrives while nobody is there to take it.
    await Promise.all(writing);
  }
  await using last = consume();
  await stream.close();
  expect((await last.ended).code).toBe(0);

  const inbox = new Inbox(file);
  expect(inbox.ids).toEqual(orders.map(({ id }) => id));
  expect(inbox.cents).toBe(orders.reduce((sum, { cents }) => sum + cents, 0));
  inbox.close();
});

test("the example runs with one command, and counts no duplicate and no gap", async () => {
  await using example = new Command(["npm", "run", "example:node-consumer"], { cwd: project });
  const { code, stdout } = await example.ended;
  expect(stdout).toContain("killed 3 times: 0 duplicates, 0 gaps");
  expect(stdout.match(/ended: SIGKILL/g)).toHaveLength(3);
  expect(code).toBe(0);
});
