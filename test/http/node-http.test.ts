import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { allowAnonymous, createStreamHandler } from "../../src/server/http/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { type NodeServer, serveFetchHandler } from "../support/node-server.ts";
import { SseReader } from "../support/sse.ts";

const TEXT = { "Content-Type": "text/plain" };

describe("createStreamHandler behind node:http", () => {
  let server: NodeServer;
  let url: string;

  beforeEach(async () => {
    server = await serveFetchHandler(createStreamHandler(new MemoryStore(), { authorize: allowAnonymous() }));
    url = `${server.origin}/v1/stream/a`;
  });

  afterEach(async () => {
    await server.close();
  });

  test("a stream is created, appended to, read and deleted", async () => {
    expect((await fetch(url, { method: "PUT", headers: TEXT })).status).toBe(201);
    expect((await fetch(url, { method: "POST", headers: TEXT, body: "hello" })).status).toBe(204);
    expect(await (await fetch(url)).text()).toBe("hello");
    expect((await fetch(url, { method: "DELETE" })).status).toBe(204);
  });

  test("an append reaches a reader that follows by SSE", async () => {
    await fetch(url, { method: "PUT", headers: TEXT });
    const reader = new SseReader(await fetch(`${url}?offset=now&live=sse`));
    await reader.next();
    await fetch(url, { method: "POST", headers: TEXT, body: "live" });
    expect(await reader.next()).toEqual({ type: "data", data: "live" });
    await reader.cancel();
  });

  test("15 MiB go in by one request and come out by one", async () => {
    const bytes = Uint8Array.from({ length: 15 * 1024 * 1024 }, (_, index) => index % 251);
    const headers = { "Content-Type": "application/octet-stream" };
    await fetch(url, { method: "PUT", headers });
    expect((await fetch(url, { method: "POST", headers, body: bytes })).status).toBe(204);
    const response = await fetch(url);
    expect(response.headers.get("Content-Length")).toBe(String(bytes.length));
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test("17 MiB are refused with 413, and the client gets to read it", async () => {
    await fetch(url, { method: "PUT", headers: TEXT });
    const response = await fetch(url, { method: "POST", headers: TEXT, body: new Uint8Array(17 * 1024 * 1024) });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: "PayloadTooLargeError" });
  });
});
