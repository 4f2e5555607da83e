import { expect, it } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { cut, delivered, lost, onceBegun, serveWith } from "../../support/client/faults/index.ts";
import { AT_ONCE } from "../reader/immediate-clock.ts";

const DATA_AND_CONTROL = /\[1\]\n\nevent: control\n.*\n\n/;

it("a socket error of an event stream is followed by another event stream", async () => {
  const { promise: once, resolve: arrived } = Promise.withResolvers<void>();
  const sse = [onceBegun(cut({ behind: DATA_AND_CONTROL, once }), () => stream.append(1))];
  await using server = await serveWith({ sse });
  const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
  await stream.create();
  const messages = stream.read({ live: "sse" })[Symbol.asyncIterator]();
  expect(await messages.next()).toEqual({ done: false, value: 1 });
  arrived();
  const second = messages.next();
  await stream.close({ message: 2 });
  expect(await second).toEqual({ done: false, value: 2 });
  expect(await messages.next()).toMatchObject({ done: true });
  expect(server.sent("sse")).toHaveLength(2);
});

it("falling back to long-poll goes on until the stream is closed", async () => {
  await using server = await serveWith({ sse: lost, "long-poll": [delivered, lost] });
  const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
  await stream.create();
  const reader = stream.read({ live: "auto" });
  const messages = reader[Symbol.asyncIterator]();
  for (const n of [1, 2, 3]) {
    const next = messages.next();
    await stream.append(n);
    expect(await next).toEqual({ done: false, value: n });
  }
  const end = messages.next();
  await stream.close();
  expect(await end).toMatchObject({ done: true });
  expect(reader.status).toEqual({ type: "closed" });
  expect(server.sent("long-poll").length).toBeGreaterThan(2);
});
