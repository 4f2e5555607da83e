import { expect, test } from "vitest";
import { SseReader } from "../support/sse.ts";
import { offsetOf, server } from "./server.ts";

test("a text that is read by pages and then by events arrives with every character whole", async () => {
  const { call, create } = server({ maxReadBytes: 4 });
  await create("s", "text/plain", "aéüöx");
  const page = await call("GET", "s");
  const events = new SseReader(await call("GET", `s?offset=${offsetOf(page)}&live=sse`));
  const [event] = await events.take(1);
  await events.cancel();
  expect((await page.text()) + event?.data).toBe("aéüöx");
});

test("a page smaller than a character still leads on", async () => {
  const { call, create } = server({ maxReadBytes: 1 });
  await create("s", "text/plain", "é");
  const first = await call("GET", "s");
  const second = await call("GET", `s?offset=${offsetOf(first)}`);
  const bytes = [...new Uint8Array(await first.arrayBuffer()), ...new Uint8Array(await second.arrayBuffer())];
  expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe("é");
});
