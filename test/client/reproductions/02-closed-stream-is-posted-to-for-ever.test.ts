import { describe, expect, it } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { delivered, held, serveWith } from "../../support/client/faults/index.ts";

// The reference client takes the 409 of a closed stream for a gap, posts thousands of times a second, and never settles.
describe("reproduction 2: a closed stream is posted to for ever", () => {
  it("fails with StreamClosedError and the final offset after one request", async () => {
    await using server = await serveWith({});
    const stream = new DurableStream({ url: server.streamUrl() });
    const { offset } = await stream.create({ closed: true });
    const producer = stream.producer({ id: "p", lingerMs: 0 });
    const { acknowledged } = await producer.submit(1);
    const closed = { _tag: "StreamClosedError", nextOffset: offset };
    await expect(producer.flush()).rejects.toMatchObject(closed);
    await expect(acknowledged).rejects.toMatchObject(closed);
    expect(server.sent("append")).toHaveLength(1);
  });

  it("settles everything when the stream is closed under five requests", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<unknown>();
    const late = held(closed);
    await using server = await serveWith({ append: [delivered, late, late, late, late, late] });
    const stream = new DurableStream({ url: server.streamUrl() });
    await stream.create();
    const producer = stream.producer({ id: "p", lingerMs: 0, maxBatchMessages: 1 });
    await producer.append(0);
    const appends = [1, 2, 3, 4, 5, 6].map((n) => producer.append(n));
    const close = new Request(stream.url, { method: "POST", headers: { "Stream-Closed": "true" } });
    resolve(server.handler(close));
    const results = await Promise.allSettled([...appends, producer.flush(), producer.close()]);
    expect(results.map(({ status }) => status)).toEqual(Array(8).fill("rejected"));
    expect(server.sent("append").length).toBeLessThanOrEqual(6);
  });
});
