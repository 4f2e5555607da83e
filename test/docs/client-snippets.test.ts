import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Checkpoint, DurableStream, openStream } from "durable-cf-streams/client";
import { allowAnonymous, createStreamHandler } from "durable-cf-streams/server";
import { MemoryStore } from "durable-cf-streams/storage/memory";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { appendOnce } from "../../examples/snippets/client/errors.ts";
import * as handles from "../../examples/snippets/client/handle.ts";
import * as producers from "../../examples/snippets/client/producer.ts";
import * as readers from "../../examples/snippets/client/reader.ts";
import * as types from "../../examples/snippets/client/types.ts";
import { chats } from "../../examples/snippets/getting-started/src/contract.ts";
import { FileOutbox } from "../../examples/snippets/node/file-outbox.ts";
import * as contracts from "../../examples/snippets/server/contracts.ts";
import { handler as served } from "../../examples/snippets/server/handler.ts";

interface Order {
  readonly id: number;
}

const BASE = "https://example.com/v1/stream";
const ORDERS: readonly Order[] = [{ id: 1 }, { id: 2 }, { id: 3 }];

let handler: (request: Request) => Promise<Response>;

beforeEach(() => {
  handler = createStreamHandler(new MemoryStore(), { authorize: allowAnonymous() });
  vi.stubGlobal("fetch", (request: Request) => handler(request));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

async function all<Out>(reader: AsyncIterable<Out>): Promise<Out[]> {
  const messages: Out[] = [];
  for await (const message of reader) messages.push(message);
  return messages;
}

const stored = <Out>(stream: DurableStream<Out>): Promise<Out[]> => all(stream.read({ live: false }));

async function created(): Promise<DurableStream<Order>> {
  const stream = new DurableStream<Order>({ url: `${BASE}/orders` });
  await stream.create();
  return stream;
}

async function filled(): Promise<DurableStream<Order>> {
  const stream = await created();
  await producers.produce(stream, ORDERS);
  return stream;
}

describe("the snippets of handles", () => {
  test("ask for a token with every request", async () => {
    const seen: (string | null)[] = [];
    handler = async (request) => {
      seen.push(request.headers.get("Authorization"), new URL(request.url).searchParams.get("tenant"));
      return new Response(null, { status: 404 });
    };
    let tokens = 0;
    vi.stubGlobal("freshToken", async () => `token ${++tokens}`);
    const chat = handles.openChat(BASE);
    await expect(chat.head()).rejects.toMatchObject({ _tag: "StreamNotFoundError" });
    await expect(chat.head()).rejects.toMatchObject({ _tag: "StreamNotFoundError" });
    expect(seen).toEqual(["Bearer token 1", "acme", "Bearer token 2", "acme"]);
  });

  test("create, fork, close and delete", async () => {
    const stream = new DurableStream<{ from: string; text: string }>({ url: `${BASE}/chats/lobby` });
    const { created: isNew, closed, fork } = await handles.lifecycle(stream);
    expect({ isNew, closed }).toEqual({ isNew: true, closed: false });
    expect((await stored(fork)).map(({ text }) => text)).toEqual(["hello", "only here"]);
    await expect(stream.head()).rejects.toMatchObject({ _tag: "StreamGoneError" });
  });

  test("keep integers that a number cannot hold", async () => {
    const ledger = handles.openLedger(`${BASE}/ledger`);
    await ledger.create();
    await fetch(
      new Request(`${BASE}/ledger`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: "[12345678901234567890, 7, 1.5]",
      }),
    );
    expect(await stored(ledger)).toEqual([12345678901234567890n, 7, 1.5]);
  });

  test("type what is read and written", async () => {
    for (const stream of [types.lobby, types.events, types.log, types.numbers]) await stream.create();
    await types.lobby.append({ from: "ada", text: "hello" });
    await types.events.append({ at: "2026-01-01T00:00:00Z" });
    await types.log.append("line\n");
    await types.numbers.append(7);
    expect(await all(types.lobby.read({ live: false }))).toEqual([{ from: "ada", text: "hello" }]);
    expect(await all(types.events.read({ live: false }))).toEqual([{ at: new Date("2026-01-01T00:00:00Z") }]);
    expect(await all(types.log.read({ live: false }))).toEqual(["line\n"]);
    expect(await all(types.numbers.read({ live: false }))).toEqual([7]);
  });
});

describe("the snippets of producers", () => {
  test("store everything in order", async () => {
    expect(await stored(await filled())).toEqual(ORDERS);
  });

  test("acknowledge both messages of two", async () => {
    const stream = await created();
    const { offset, epoch, seq } = await producers.tickets(stream, { id: 1 }, { id: 2 });
    expect({ epoch, seq }).toEqual({ epoch: 0, seq: 0 });
    expect(offset).toBe((await stream.head()).offset);
  });

  test("take a pipe, and close with a last message", async () => {
    const stream = await created();
    const source = new ReadableStream<Order>({
      start(controller) {
        for (const order of ORDERS) controller.enqueue(order);
        controller.close();
      },
    });
    await producers.pipe(stream, source);
    await producers.finish(stream, { id: 4 });
    expect(await stored(stream)).toEqual([...ORDERS, { id: 4 }]);
    expect((await stream.head()).closed).toBe(true);
  });

  test("keep what is not stored in an outbox", async () => {
    const items = new Map<string, string>();
    vi.stubGlobal("localStorage", {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
    });
    const stream = await created();
    const online = handler;
    const lost = Promise.withResolvers<void>();
    handler = async () => {
      lost.resolve();
      throw new TypeError("no network");
    };
    const before = producers.durable(stream, "ada");
    const ticket = await before.submit({ id: 1 });
    await lost.promise;
    before.abort();
    await expect(ticket.acknowledged).rejects.toMatchObject({ name: "AbortError" });
    await before[Symbol.asyncDispose]();
    handler = online;
    const after = producers.durable(stream, "ada");
    await after.append({ id: 2 });
    await after.close();
    expect(await stored(stream)).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test("keep it in a file as well", async () => {
    const folder = await mkdtemp(join(tmpdir(), "file-outbox-"));
    try {
      const file = join(folder, "outbox.json");
      const stream = await created();
      const first = stream.producer({ id: "ada", outbox: new FileOutbox(file) });
      await first.append({ id: 1 });
      await first.close();
      const second = stream.producer({ id: "ada", outbox: new FileOutbox(file) });
      await second.append({ id: 2 });
      await second.close();
      expect([first.epoch, second.epoch]).toEqual([0, 1]);
      const batches = [{ epoch: 1, seq: 1, body: new Uint8Array([0, 255]), closes: false }];
      await new FileOutbox(file).save("", { epoch: 1, nextSeq: 2, batches });
      expect(await new FileOutbox(file).open()).toEqual({ epoch: 1, nextSeq: 2, batches });
      expect(await stored(stream)).toEqual([{ id: 1 }, { id: 2 }]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("tell what happens", async () => {
    const states: string[] = [];
    const producer = producers.watched(await created(), (state) => states.push(state));
    await producer.append({ id: 1 });
    await producer.close();
    expect(states).toEqual(["saved"]);
  });
});

describe("the snippets of readers", () => {
  test("take everything with its checkpoint, and go on from it", async () => {
    const stream = await filled();
    await stream.close();
    const taken: Order[] = [];
    let kept: Checkpoint | undefined;
    const inbox = {
      checkpoint: async () => kept,
      take: async (orders: readonly Order[], checkpoint: Checkpoint) => {
        taken.push(...orders);
        kept = checkpoint;
      },
    };
    await readers.consume(stream, inbox);
    await readers.consume(stream, inbox);
    expect(taken).toEqual(ORDERS);
    expect(kept?.offset).toBe((await stream.head()).offset);
  });

  test("end at the tail", async () => {
    expect(await readers.all(await filled())).toEqual(ORDERS);
  });

  test("wait for the next message", async () => {
    const stream = await filled();
    const request = Promise.withResolvers<void>();
    const online = handler;
    handler = (given) => {
      if (new URL(given.url).searchParams.get("live") !== null) request.resolve();
      return online(given);
    };
    const next = readers.next(stream);
    await request.promise;
    await stream.append({ id: 4 });
    expect(await next).toEqual({ id: 4 });
  });

  test("tell when everything is there", async () => {
    const stream = await filled();
    const shown: unknown[] = [];
    const caughtUp = (): void => {
      shown.push("caught up");
      void stream.close();
    };
    await readers.spinner(stream, (order) => shown.push(order), caughtUp);
    expect(shown.filter((each) => each !== "caught up")).toEqual(ORDERS);
    expect(shown.filter((each) => each === "caught up")).toHaveLength(1);
  });

  test("go on behind what a schema refuses", async () => {
    const lobby = openStream(chats, { baseUrl: BASE, path: { chatId: "lobby" } });
    await new DurableStream({ url: lobby.url }).create({ messages: [{ from: "eve", text: 7 }] });
    await lobby.append({ from: "ada", text: "hello" });
    const reports: string[] = [];
    const reader = lobby.read({ live: false, onInvalid: ({ issues }) => void reports.push(issues[0]?.message ?? "") });
    expect(await all(reader)).toEqual([{ from: "ada", text: "hello" }]);
    expect(reports).toHaveLength(1);
    expect(await readers.tolerant(await filled(), (text) => reports.push(text))).toEqual(ORDERS);
    expect(reports).toHaveLength(1);
  });
});

describe("the snippets of errors", () => {
  test("say what became of a message", async () => {
    const stream = new DurableStream<string>({ url: `${BASE}/log` });
    expect(await appendOnce(stream, "a")).toBe("there is no such stream");
    await stream.create();
    expect(await appendOnce(stream, "a")).toBe("saved");
    const { offset } = await stream.close();
    expect(await appendOnce(stream, "b")).toBe(`closed at ${offset}`);
    handler = async () => {
      throw new TypeError("no network");
    };
    expect(await appendOnce(stream, "c")).toBe("perhaps saved");
  });
});

describe("the snippets of servers", () => {
  test("serve", async () => {
    expect((await served(new Request(`${BASE}/a`, { method: "PUT" }))).status).toBe(201);
  });

  test("keep contracts, and turn paths into parameters and back", async () => {
    const url = `${BASE}/${contracts.path}`;
    const headers = { "Content-Type": "application/json" };
    await contracts.handler(new Request(url, { method: "PUT", headers }));
    const send = async (body: string) => contracts.handler(new Request(url, { method: "POST", headers, body }));
    expect((await send('{"sku":"tea","cents":250}')).status).toBe(204);
    const refused = await send('{"sku":"tea","cents":2.5}');
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ code: "InvalidMessageError" }),
    ]);
    expect([contracts.path, contracts.params]).toEqual(["shops/north/orders/7", { shopId: "north", orderId: "7" }]);
  });
});
