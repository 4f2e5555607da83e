import "../../../scripts/quiet.mjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answers } from "../../../examples/ai-tokens/contract.ts";
import { tokensFor } from "../../../examples/ai-tokens/src/model.ts";
import { issueToken } from "../../../examples/plain-worker-d1/src/tokens.ts";
import { chats } from "../../../examples/quickstart/contract.ts";
import { DurableStream, openStream } from "../../../src/client/index.ts";
import { type ServedExample, serveExample } from "./served.ts";

const JSON_TYPE = { "Content-Type": "application/json" };

let quickstart: ServedExample;
let aiTokens: ServedExample;
let durableObject: ServedExample;
let plainWorker: ServedExample;

beforeAll(async () => {
  [quickstart, aiTokens, durableObject, plainWorker] = await Promise.all([
    serveExample("quickstart", { page: true }),
    serveExample("ai-tokens", { page: true, vars: { TOKEN_DELAY_MS: "2" } }),
    serveExample("durable-object"),
    serveExample("plain-worker-d1", { vars: { STREAM_SECRET: "a secret" } }),
  ]);
});

afterAll(async () => {
  await Promise.all([quickstart, aiTokens, durableObject, plainWorker].map((example) => example.close()));
});

async function all<Out>(reader: AsyncIterable<Out>): Promise<Out[]> {
  const messages: Out[] = [];
  for await (const message of reader) messages.push(message);
  return messages;
}

describe("quickstart", () => {
  const open = (chatId: string) => openStream(chats, { baseUrl: `${quickstart.origin}/v1/stream`, path: { chatId } });

  test("serves the page", async () => {
    const page = await fetch(quickstart.origin);
    expect([page.status, page.headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect((await fetch(`${quickstart.origin}/main.js`)).status).toBe(200);
  });

  test("carries typed messages from a writer to a live reader", async () => {
    const chat = open("a room of its own");
    await chat.create();
    const reading = all(chat.read({ limit: 2 }));
    await using producer = chat.producer({ id: "ada" });
    await producer.append({ from: "ada", text: "hello" });
    await producer.append({ from: "ada", text: "again" });
    expect(await reading).toEqual([
      { from: "ada", text: "hello" },
      { from: "ada", text: "again" },
    ]);
  });

  test("refuses what is no message, whoever sends it, and stores nothing of it", async () => {
    const chat = open("strict");
    await chat.create();
    const refused = await fetch(chat.url, { method: "POST", headers: JSON_TYPE, body: '{"from":"ada"}' });
    expect([refused.status, await (await fetch(chat.url)).text()]).toEqual([400, "[]"]);
    expect((await fetch(chat.url, { method: "DELETE" })).status).toBe(403);
  });
});

describe("ai-tokens", () => {
  const ask = (answerId: string, prompt: string) =>
    fetch(`${aiTokens.origin}/api/answers`, {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ answerId, prompt }),
    });
  const open = (answerId: string) =>
    openStream(answers, { baseUrl: `${aiTokens.origin}/v1/stream`, path: { answerId } });

  test("streams an answer to every reader, whole and closed behind the last word", async () => {
    const answerId = crypto.randomUUID();
    const asked = await ask(answerId, "why?");
    expect([asked.status, (await asked.json()).stream]).toEqual([201, open(answerId).url]);
    const parts = tokensFor("why?").map((text) => ({ text }));
    expect(await Promise.all([all(open(answerId).read()), all(open(answerId).read())])).toEqual([parts, parts]);
  });

  test("lets a reader that left in mid-answer go on at the word", async () => {
    const answerId = crypto.randomUUID();
    await ask(answerId, "and then?");
    const first = open(answerId).read({ limit: 17 });
    const before = await all(first);
    const after = await all(open(answerId).read({ from: first.checkpoint }));
    console.log(
      `17 words, then on from ${first.checkpoint?.offset} + ${first.checkpoint?.index}: ${after.length} more`,
    );
    expect([...before, ...after]).toEqual(tokensFor("and then?").map((text) => ({ text })));
  });

  test("asks the model once, however often the question arrives", async () => {
    const answerId = crypto.randomUUID();
    const statuses = (await Promise.all([1, 2, 3].map(() => ask(answerId, "once?")))).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 200, 201]);
    expect(await all(open(answerId).read())).toHaveLength(tokensFor("once?").length);
  });

  test("lets nobody outside write, and refuses what is no question", async () => {
    const answerId = crypto.randomUUID();
    expect((await fetch(open(answerId).url, { method: "PUT", headers: JSON_TYPE })).status).toBe(403);
    expect((await ask("no id", "why?")).status).toBe(400);
    expect((await ask(answerId, " ")).status).toBe(400);
  });
});

describe("durable-object", () => {
  const enter = (name: string) => fetch(`${durableObject.origin}/rooms/lobby`, { method: "POST", body: name });

  test("has a method that changes its own table and tells live readers", async () => {
    expect((await enter("ada")).status).toBe(201);
    const events = new DurableStream({ url: `${durableObject.origin}/rooms/lobby/events` });
    const reading = all(events.read({ limit: 2, live: "sse" }));
    expect((await enter("bob")).status).toBe(201);
    expect((await enter("ada")).status).toBe(200);
    expect(await reading).toEqual([{ entered: "ada" }, { entered: "bob" }]);
    expect(await (await fetch(`${durableObject.origin}/rooms/lobby`)).json()).toEqual(["ada", "bob"]);
  });

  test("serves any stream besides, and rooms know nothing of each other", async () => {
    const notes = new DurableStream<string>({
      url: `${durableObject.origin}/rooms/lobby/notes`,
      contentType: "text/plain",
    });
    await notes.create();
    await notes.append("any stream you like");
    expect(await all(notes.read({ live: false }))).toEqual(["any stream you like"]);
    expect((await fetch(`${durableObject.origin}/rooms/cellar/notes`)).status).toBe(404);
  });
});

describe("plain-worker-d1", () => {
  const as = async (user: string, method: string, path: string, body?: string, secret = "a secret") =>
    fetch(`${plainWorker.origin}/v1/stream/${path}`, {
      method,
      headers: { ...JSON_TYPE, Authorization: `Bearer ${await issueToken(secret, user)}` },
      ...(body !== undefined && { body }),
    });

  test("gives everybody their own streams, and the public ones to read", async () => {
    expect((await as("ada", "PUT", "users/ada/inbox")).status).toBe(201);
    expect((await as("ada", "POST", "users/ada/inbox", '{"hello":"ada"}')).status).toBe(204);
    expect(await (await as("ada", "GET", "users/ada/inbox")).text()).toBe('[{"hello":"ada"}]');
    expect((await as("editor", "PUT", "public/news", '"first"')).status).toBe(201);
    expect(await (await fetch(`${plainWorker.origin}/v1/stream/public/news`)).text()).toBe('["first"]');
  });

  test("asks who somebody is (401), and says no to everybody else (403)", async () => {
    expect((await as("ada", "PUT", "users/ada/diary")).status).toBe(201);
    expect((await fetch(`${plainWorker.origin}/v1/stream/users/ada/diary`)).status).toBe(401);
    expect((await as("ada", "GET", "users/ada/diary", undefined, "another secret")).status).toBe(401);
    expect((await as("bob", "GET", "users/ada/diary")).status).toBe(403);
    expect((await as("bob", "PUT", "users/ada-not/../ada/diary")).status).toBe(403);
    expect((await as("ada", "PUT", "public/news")).status).toBe(403);
  });
});
