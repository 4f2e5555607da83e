import { expect, it } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { serveWith } from "../../support/client/faults/index.ts";
import { collect } from "../reader/reading.ts";

it("a catch-up with live: false reads every page up to the tail", async () => {
  await using server = await serveWith({}, { maxReadBytes: 100 });
  const stream = new DurableStream({ url: server.streamUrl() });
  const messages = Array.from({ length: 80 }, (_, i) => ({ i, text: "x".repeat(i % 50) }));
  await stream.create({ messages });
  expect(await collect(stream.read({ live: false }))).toEqual(messages);
  expect(server.sent("catch-up").length).toBeGreaterThan(20);
});
