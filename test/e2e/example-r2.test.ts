import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Command } from "./command.ts";

const folder = fileURLToPath(new URL("../../examples/r2", import.meta.url));

let data: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "example-r2-"));
});

afterEach(async () => {
  await rm(data, { recursive: true, force: true });
});

test("examples/r2 runs with one command, lets everybody read, and the token write", async () => {
  const command = ["npx", "wrangler", "dev", "--var", "STREAM_TOKEN:secret", "--port", "0", "--persist-to", data];
  await using dev = new Command(command, { cwd: folder });
  const [, origin = ""] = await dev.output(/Ready on (http:\/\/localhost:\d+)/);
  const url = `${origin}/v1/stream/rooms/1`;
  const send = (method: string, authorization: string, body?: string) =>
    fetch(url, {
      method,
      headers: { "Content-Type": "application/json", Authorization: authorization },
      ...(body !== undefined && { body }),
    });
  expect((await send("PUT", "")).status).toBe(401);
  expect((await send("PUT", "Bearer secret")).status).toBe(201);
  expect((await send("POST", "Bearer secret", '{"hello":"world"}')).status).toBe(204);
  const read = await fetch(url);
  expect([read.status, await read.text()]).toEqual([200, '[{"hello":"world"}]']);
  const waiting = fetch(`${url}?offset=${read.headers.get("Stream-Next-Offset")}&live=long-poll`);
  await send("POST", "Bearer secret", '"more"');
  expect(await (await waiting).text()).toBe('["more"]');
});
