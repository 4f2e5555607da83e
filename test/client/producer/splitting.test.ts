import { describe, expect, it } from "vitest";
import { settled } from "../../support/fake-clock.ts";
import { stored } from "./network.ts";
import { outcomes, setUp } from "./set-up.ts";

const limits = { server: { maxBodyBytes: 20 }, maxBatchMessages: 100, maxBatchBytes: 1000 } as const;

describe("a batch that the server finds too large", () => {
  it("is sent in two, the first half under its number", async () => {
    const { server, network, producer } = await setUp({ ...limits, maxBufferedBatches: 1 });
    const appended = Promise.all([0, "aaaaaa", "bbbbbb", "cccccc"].map((value) => producer.append(value)));
    await (await network.next()).deliver();
    const large = await network.next();
    expect([large.seq, large.body]).toEqual([1, '["aaaaaa","bbbbbb","cccccc"]']);
    await large.deliver();
    const [first, second] = await network.take(2);
    expect([first?.epoch, first?.seq, first?.body]).toEqual([0, 1, '["aaaaaa","bbbbbb"]']);
    expect([second?.epoch, second?.seq, second?.body]).toEqual([0, 2, '["cccccc"]']);
    await first?.deliver();
    await second?.deliver();
    expect((await appended).map(({ seq }) => seq)).toEqual([0, 1, 1, 2]);
    expect(await stored(server)).toEqual([0, "aaaaaa", "bbbbbb", "cccccc"]);
  });

  it("is split until each part fits", async () => {
    const { server, network, producer, events } = await setUp({ ...limits, maxBufferedBatches: 1 });
    const values = Array.from({ length: 16 }, (_, index) => `message${index}`);
    await producer.submit(0);
    const tickets = await Promise.all(values.map((value) => producer.submit(value)));
    void network.open();
    await Promise.all(tickets.map(({ acknowledged }) => acknowledged));
    expect(await stored(server)).toEqual([0, ...values]);
    expect(events.filter(({ type }) => type === "split").length).toBeGreaterThan(1);
  });

  it("moves to a new epoch with all that follows when the server may have seen the numbers after it", async () => {
    const { server, network, producer, events } = await setUp({ ...limits, maxBatchBytes: 30, lingerMs: 1000 });
    const values = [0, "aaaaaa", "bbbbbb", "cccccc", "later", "latest"];
    void producer.submit(0);
    void producer.flush();
    const first = await network.next();
    const tickets = await Promise.all(values.slice(1).map((value) => producer.submit(value)));
    void producer.flush();
    await first.deliver();
    const [large, later] = await network.take(2);
    expect([large?.seq, later?.seq]).toEqual([1, 2]);
    await large?.deliver();
    const moved = await network.next();
    await settled();
    expect([moved.epoch, moved.seq, network.waiting]).toEqual([1, 0, 0]);
    await moved.deliver();
    // The request that was overtaken arrives now: its epoch is over.
    const late = await later?.deliver();
    expect(late?.status).toBe(403);
    void network.open();
    await Promise.all(tickets.map(({ acknowledged }) => acknowledged));
    expect(await stored(server)).toEqual(values);
    expect([producer.epoch, producer.state]).toEqual([1, "open"]);
    expect(events).toContainEqual({ type: "split", epoch: 1, seq: 0 });
  });

  it("waits until what precedes it is stored", async () => {
    const { server, network, producer } = await setUp({ ...limits, maxBatchBytes: 30, lingerMs: 1000 });
    const values = [0, "before it.", "a".repeat(16), "bbbbbb"];
    const appended = producer.append(0);
    void producer.flush();
    await (await network.next()).deliver();
    await appended;
    for (const value of values.slice(1)) void producer.submit(value);
    const flushed = producer.flush();
    const [before, large] = await network.take(2);
    await large?.deliver();
    await settled();
    expect(network.waiting).toBe(0);
    await before?.deliver();
    void network.open();
    await flushed;
    expect(await stored(server)).toEqual(values);
  });

  it("is not split when it may have been stored by a request without an answer", async () => {
    const { server, network, clock, producer } = await setUp({ ...limits, server: {}, maxBufferedBatches: 1 });
    await producer.submit(0);
    const first = await network.next();
    const tickets = await Promise.all([1, 2].map((n) => producer.submit(n)));
    await first.deliver();
    const lost = await network.next();
    await lost.commit();
    lost.drop();
    await settled();
    await clock.advance(10_000);
    (await network.next()).answer(new Response(null, { status: 413 }));
    expect(await outcomes(tickets.map(({ acknowledged }) => acknowledged))).toEqual([
      "PayloadTooLargeError",
      "PayloadTooLargeError",
    ]);
    expect(await stored(server)).toEqual([0, 1, 2]);
  });

  it("fails the producer when one message alone is too large", async () => {
    const { server, network, producer } = await setUp({ ...limits, maxBufferedBatches: 1 });
    const tickets = await Promise.all([0, "a", "x".repeat(40), "b"].map((value) => producer.submit(value)));
    void network.open();
    expect(await outcomes(tickets.map(({ acknowledged }) => acknowledged))).toEqual([
      "ok",
      "ok",
      "PayloadTooLargeError",
      "PayloadTooLargeError",
    ]);
    expect(await stored(server)).toEqual([0, "a"]);
  });
});
