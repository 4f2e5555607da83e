import "../../../scripts/quiet.mjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ServedExample, serveExample } from "./served.ts";

const TOKEN = "secret";

describe.each(["d1", "kv", "r2"])("%s", (name) => {
  let example: ServedExample;

  beforeAll(async () => {
    example = await serveExample(name, { vars: { STREAM_TOKEN: TOKEN } });
  });

  afterAll(() => example.close());

  const urlOf = (path: string): string => `${example.origin}/v1/stream/${path}`;
  const send = (method: string, path: string, body?: string, authorization = `Bearer ${TOKEN}`) =>
    fetch(urlOf(path), {
      method,
      headers: { "Content-Type": "application/json", Authorization: authorization },
      ...(body !== undefined && { body }),
    });

  test("lets everybody read, and the token write", async () => {
    expect((await send("PUT", "rooms/1", undefined, "")).status).toBe(401);
    expect((await send("PUT", "rooms/1")).status).toBe(201);
    expect((await send("POST", "rooms/1", '{"hello":"world"}')).status).toBe(204);
    expect((await send("POST", "rooms/1", '"me too"', "Bearer guessed")).status).toBe(401);
    const read = await fetch(urlOf("rooms/1"));
    expect([read.status, await read.text()]).toEqual([200, '[{"hello":"world"}]']);
    const waiting = fetch(`${urlOf("rooms/1")}?offset=${read.headers.get("Stream-Next-Offset")}&live=long-poll`);
    await send("POST", "rooms/1", '"more"');
    expect(await (await waiting).text()).toBe('["more"]');
  });

  test("takes messages of megabytes, and forgets what is deleted", async () => {
    const long = JSON.stringify("x".repeat(3 * 1024 * 1024));
    await send("PUT", "logs/1");
    expect((await send("POST", "logs/1", long)).status).toBe(204);
    expect((await send("POST", "logs/1", '"end"')).status).toBe(204);
    const text = await (await fetch(urlOf("logs/1"))).text();
    expect(text === `[${long},"end"]`).toBe(true);
    expect((await send("DELETE", "logs/1")).status).toBe(204);
    expect((await fetch(urlOf("logs/1"))).status).toBe(404);
  });
});
