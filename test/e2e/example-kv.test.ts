import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Command } from "./command.ts";

const folder = fileURLToPath(new URL("../../examples/kv", import.meta.url));
/** More than one value in KV. */
const LONG = "x".repeat(3 * 1024 * 1024);

let data: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "example-kv-"));
});

afterEach(async () => {
  await rm(data, { recursive: true, force: true });
});

test("examples/kv runs with one command, lets everybody read, and the token write", async () => {
  const command = ["npx", "wrangler", "dev", "--var", "STREAM_TOKEN:secret", "--port", "0", "--persist-to", data];
  await using dev = new Command(command, { cwd: folder });
  const [, origin = ""] = await dev.output(/Ready on (http:\/\/localhost:\d+)/);
  const url = `${origin}/v1/stream/logs/1`;
  const send = (method: string, body: string, headers: Record<string, string> = { Authorization: "Bearer secret" }) =>
    fetch(url, { method, body, headers: { "Content-Type": "text/plain", ...headers } });
  expect((await send("PUT", "", {})).status).toBe(401);
  expect((await send("PUT", "")).status).toBe(201);
  expect((await send("POST", LONG)).status).toBe(204);
  expect((await send("POST", "end")).status).toBe(204);
  const read = await fetch(url);
  expect(read.status).toBe(200);
  expect((await read.text()) === `${LONG}end`).toBe(true);
});
