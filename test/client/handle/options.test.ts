import { expect, test } from "vitest";
import { hostOf } from "../../../src/client/host.ts";
import { DurableStream } from "../../../src/client/stream/index.ts";
import { startServer } from "../../support/client/index.ts";
import { BASE, inProcess } from "./support.ts";

test("making a handle sends nothing and needs only a URL", () => {
  const stream = new DurableStream({ url: `${BASE}a` });
  expect(stream.url).toBe(`${BASE}a`);
  expect(stream.contentType).toBe("application/json");
  expect(stream).toBeInstanceOf(DurableStream);
});

test("a URL that is none, and retry options that cannot be, are refused at once", () => {
  expect(() => new DurableStream({ url: "http://" })).toThrow(TypeError);
  expect(() => new DurableStream({ url: BASE, retry: { maxAttempts: 0 } })).toThrow(RangeError);
});

test("what producers and readers borrow is not enumerable", () => {
  const stream = new DurableStream({ url: `${BASE}a` });
  expect(Object.keys(stream)).toEqual([]);
  expect(hostOf(stream).transport.url).toBe(stream.url);
});

test("a 401 is repeated once with a fresh token, on any operation", async () => {
  const tokens = ["old", "new", "new"];
  const { requests, stream } = inProcess({
    authorize: ({ request }) =>
      request.headers.get("Authorization") === "new" ? true : new Response(null, { status: 401 }),
  });
  const a = stream("a", { headers: { Authorization: async () => tokens.shift() } });
  await a.create();
  await a.append(1);
  expect(requests.map((request) => request.method)).toEqual(["PUT", "PUT", "POST"]);
});

test("the whole life of a stream passes over a real connection", async () => {
  await using server = await startServer();
  const stream = new DurableStream({ url: server.streamUrl() });
  await stream.create({ messages: [1] });
  await stream.append({ two: 2 });
  const fork = await stream.fork({ to: server.streamUrl("fork") });
  await fork.close({ message: 3 });
  await expect((await fetch(fork.url)).text()).resolves.toBe('[1,{"two":2},3]');
  await fork.delete();
  await stream.delete();
  await expect(stream.head()).rejects.toMatchObject({ _tag: "StreamNotFoundError" });
});
