import { describe, expect, it } from "vitest";
import { ProducerSequenceConflictError } from "../../../src/shared/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { stored } from "./network.ts";
import { setUp, setUpInFlight } from "./set-up.ts";

describe("how a producer sends batches", () => {
  it("sends the first request of an epoch alone until it is acknowledged", async () => {
    const { network, producer } = await setUp();
    await Promise.all([0, 1, 2, 3].map((n) => producer.submit(n)));
    const first = await network.next();
    await settled();
    expect([first.seq, network.waiting]).toEqual([0, 0]);
    await first.deliver();
    expect((await network.take(3)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it("has at most maxInFlight requests on their way", async () => {
    const { network, producer } = await setUpInFlight(3, { maxInFlight: 3, maxBufferedBatches: 10 });
    await Promise.all([4, 5].map((n) => producer.submit(n)));
    await settled();
    expect([network.waiting, producer.inFlight]).toEqual([0, 3]);
  });

  it("numbers batches in order from 0", async () => {
    const { exchanges, producer } = await setUpInFlight(4);
    expect(exchanges.map(({ epoch, seq, body }) => [epoch, seq, body])).toEqual([
      [0, 1, "[1]"],
      [0, 2, "[2]"],
      [0, 3, "[3]"],
      [0, 4, "[4]"],
    ]);
    expect(producer.nextSeq).toBe(5);
  });

  it("stores in order what arrives in the opposite order", async () => {
    const { server, network, producer, exchanges } = await setUpInFlight(4);
    for (const exchange of exchanges.toReversed()) await exchange.deliver();
    void network.open();
    await producer.flush();
    expect(await stored(server)).toEqual([0, 1, 2, 3, 4]);
  });

  it("does not send a batch that came too early before one ahead of it is acknowledged", async () => {
    const { network, exchanges } = await setUpInFlight(2);
    await exchanges[1]?.deliver();
    await settled();
    expect(network.waiting).toBe(0);
    await exchanges[0]?.deliver();
    expect((await network.next()).seq).toBe(2);
  });

  it("does not count having come too early as a failure", async () => {
    const { server, network, producer, exchanges } = await setUpInFlight(3, { retry: { maxAttempts: 1 } });
    for (const exchange of exchanges.toReversed()) await exchange.deliver();
    void network.open();
    await producer.flush();
    expect(await stored(server)).toEqual([0, 1, 2, 3]);
  });

  it("sends again a batch whose refusal as too early arrives after its predecessor's acknowledgement", async () => {
    const { server, network, producer, exchanges } = await setUpInFlight(2);
    const early = await exchanges[1]?.commit();
    await exchanges[0]?.deliver();
    await settled();
    exchanges[1]?.answer(early ?? Response.error());
    void network.open();
    await producer.flush();
    expect(await stored(server)).toEqual([0, 1, 2]);
  });

  it("fails when the server expects what was acknowledged before", async () => {
    const { producer, exchanges } = await setUpInFlight(1);
    exchanges[0]?.answer(
      new Response(null, { status: 409, headers: { "Producer-Expected-Seq": "0", "Producer-Received-Seq": "1" } }),
    );
    const flushed = producer.flush();
    await expect(flushed).rejects.toBeInstanceOf(ProducerSequenceConflictError);
    await expect(flushed).rejects.toMatchObject({ expected: 0, received: 1 });
  });

  it("takes an answer with a higher number as the acknowledgement of all up to it", async () => {
    const { producer, exchanges, tickets, server } = await setUpInFlight(3);
    await exchanges[0]?.commit();
    await exchanges[1]?.commit();
    const answer = await exchanges[0]?.commit();
    exchanges[0]?.answer(answer ?? Response.error());
    await tickets[1]?.acknowledged;
    expect(producer.pendingMessages).toBe(1);
    await exchanges[2]?.deliver();
    await producer.flush();
    expect(await stored(server)).toEqual([0, 1, 2, 3]);
  });

  it("takes no answer as the acknowledgement of what was never sent", async () => {
    const { producer, exchanges, tickets } = await setUpInFlight(1);
    exchanges[0]?.answer(
      new Response(null, {
        status: 204,
        headers: { "Producer-Epoch": "0", "Producer-Seq": "9", "Stream-Next-Offset": "x" },
      }),
    );
    await expect(tickets[0]?.acknowledged).rejects.toMatchObject({ _tag: "ProducerFencedError", currentEpoch: 0 });
    expect(producer.state).toBe("failed");
  });

  it("acknowledges nothing for an answer that stops before the batch", async () => {
    const { exchanges, tickets } = await setUpInFlight(1);
    exchanges[0]?.answer(
      new Response(null, {
        status: 200,
        headers: { "Producer-Epoch": "0", "Producer-Seq": "0", "Stream-Next-Offset": "x" },
      }),
    );
    await expect(tickets[0]?.acknowledged).rejects.toMatchObject({ _tag: "MalformedResponseError" });
  });

  it.each([
    ["without the epoch", { "Stream-Next-Offset": "x" }],
    ["with another epoch", { "Producer-Epoch": "1", "Stream-Next-Offset": "x" }],
    ["without an offset", { "Producer-Epoch": "0", "Producer-Seq": "0" }],
  ])("fails, and sends nothing again, for a success %s", async (_, headers) => {
    const { network, producer } = await setUp();
    const ticket = await producer.submit(0);
    (await network.next()).answer(new Response("<html>", { status: 200, headers: { ...headers } }));
    await expect(ticket.acknowledged).rejects.toMatchObject({ _tag: "MalformedResponseError" });
    expect(network.waiting).toBe(0);
  });

  it("tells each batch sent, acknowledged and retried", async () => {
    const { network, clock, producer, events } = await setUp({ retry: { baseDelayMs: 100 } });
    const ticket = await producer.submit("x");
    (await network.next()).drop();
    await settled();
    await clock.advance(50);
    await (await network.next()).deliver();
    const { offset } = await ticket.acknowledged;
    expect(events).toEqual([
      { type: "sent", epoch: 0, seq: 0, attempt: 1, messages: 1, bytes: 5 },
      {
        type: "retried",
        epoch: 0,
        seq: 0,
        failures: 1,
        delayMs: 50,
        error: expect.objectContaining({ _tag: "TransportError" }),
      },
      { type: "sent", epoch: 0, seq: 0, attempt: 2, messages: 1, bytes: 5 },
      { type: "acknowledged", epoch: 0, seq: 0, offset, duplicate: false },
    ]);
  });
});
