import { expect, it } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { cut, onceBegun, serveWith } from "../../support/client/faults/index.ts";
import { AT_ONCE } from "../reader/immediate-clock.ts";

it.each([
  ["breaks off", "error"],
  ["ends", "end"],
] as const)("an event stream that %s between data and control delivers no message twice", async (_, looksLike) => {
  const { promise: once, resolve: arrived } = Promise.withResolvers<void>();
  const headers = { "Content-Type": "application/json" };
  const append = () => server.handler(new Request(stream.url, { method: "POST", headers, body: "[1,2]" }));
  const sse = [onceBegun(cut({ behind: /\[1,2\]\n\n/, looksLike, once }), append)];
  await using server = await serveWith({ sse });
  const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
  const { offset } = await stream.create();
  const seen: unknown[] = [];
  for await (const message of stream.read({ live: "sse" })) {
    seen.push(message);
    if (message !== 2) continue;
    await stream.close({ message: 3 });
    arrived();
  }
  expect(seen).toEqual([1, 2, 3]);
  const offsets = server.sent("sse").map(({ url }) => new URL(url).searchParams.get("offset"));
  expect(offsets).toEqual([offset, offset]);
});
