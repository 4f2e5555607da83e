import { describe, expect, test } from "vitest";
import * as z from "zod";
import { DurableStream, openStream } from "../../../src/client/index.ts";
import { defineStream } from "../../../src/shared/index.ts";
import { scriptedFetch, startServer } from "../../support/client/index.ts";

const message = z.object({ text: z.string().max(5), at: z.string().default("now") });

/** A contract whose paths no other test uses. */
const contractFor = <Schema extends z.ZodType>(schema: Schema) =>
  defineStream({ path: `/${crypto.randomUUID()}/:id`, schema });

async function collect<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const one of messages) collected.push(one);
  return collected;
}

test("a handle of a contract writes its input and reads its output", async () => {
  await using server = await startServer();
  const stream = openStream(contractFor(message), { baseUrl: server.base, path: { id: "ä b" } });
  await stream.create({ messages: [{ text: "one" }] });
  await using producer = stream.producer({ id: "p", lingerMs: 0 });
  await producer.append({ text: "two", at: "later" });
  await stream.close({ message: { text: "three" } });
  await expect(collect(stream.read())).resolves.toEqual([
    { text: "one", at: "now" },
    { text: "two", at: "later" },
    { text: "three", at: "now" },
  ]);
});

test("a handle of a contract refuses a bad message before anything is sent", async () => {
  const { fetch, requests } = scriptedFetch();
  const stream = openStream(contractFor(message), { baseUrl: "https://x.test", path: { id: "1" }, fetch });
  await expect(stream.append({ text: "too long" })).rejects.toMatchObject({ _tag: "SchemaError" });
  await using producer = stream.producer({ id: "p" });
  await expect(producer.append({ text: "too long" })).rejects.toMatchObject({ _tag: "SchemaError" });
  expect(requests).toEqual([]);
});

test("a handle of a contract does not deliver what others wrote against it", async () => {
  await using server = await startServer();
  const contract = contractFor(message);
  const stream = openStream(contract, { baseUrl: server.base, path: { id: "1" } });
  const untyped = new DurableStream({ url: stream.url });
  await untyped.create({ messages: [{ text: "good" }, { text: 7 }], closed: true });
  const skipping = stream.read({ onInvalid: "skip" });
  await expect(collect(skipping)).resolves.toEqual([{ text: "good", at: "now" }]);
  await expect(collect(stream.read())).rejects.toMatchObject({ _tag: "SchemaError" });
});

describe("a writer that knows another schema than the server", () => {
  async function outdated() {
    const contract = contractFor(message);
    const server = await startServer({ contracts: [contract] });
    const stream = openStream(contract, { baseUrl: server.base, path: { id: "1" } });
    await stream.create();
    return { server, stream, writer: new DurableStream({ url: stream.url }) };
  }

  test("is refused with what the server's schema says", async () => {
    const { server, stream, writer } = await outdated();
    await using _ = server;
    const refused = { _tag: "InvalidMessageError", issues: [{ path: [0, "text"], message: expect.any(String) }] };
    await expect(writer.append({ text: 7 })).rejects.toMatchObject(refused);
    await expect(stream.head()).resolves.toMatchObject({ offset: "0000000000000000_0000000000000000" });
  });

  test("is refused its producer's batch, of which nothing is stored", async () => {
    const { server, stream, writer } = await outdated();
    await using _ = server;
    const producer = writer.producer({ id: "p", lingerMs: 10_000, maxBatchMessages: 2 });
    const tickets = [await producer.submit({ text: "good" }), await producer.submit({ text: 7 })];
    const outcomes = await Promise.allSettled(tickets.map((ticket) => ticket.acknowledged));
    const refused = { _tag: "InvalidMessageError", issues: [{ path: [1, "text"] }] };
    expect(outcomes).toMatchObject([
      { status: "rejected", reason: refused },
      { status: "rejected", reason: refused },
    ]);
    await stream.close();
    await expect(collect(stream.read())).resolves.toEqual([]);
  });
});
