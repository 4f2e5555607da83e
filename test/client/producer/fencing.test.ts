import { describe, expect, it } from "vitest";
import { AmbiguousAppendError, StreamProducer } from "../../../src/client/producer/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { stored, takeOver } from "./network.ts";
import { outcomes, setUp, setUpInFlight } from "./set-up.ts";

describe("a producer that another one fences", () => {
  it("fails with both epochs, in the middle of what it sends", async () => {
    const { server, exchanges, producer, tickets, events } = await setUpInFlight(3);
    await takeOver(server, "p", 4, "other");
    for (const exchange of exchanges) await exchange.deliver();
    const waits = [...tickets.map(({ acknowledged }) => acknowledged), producer.flush(), producer.append(9)];
    expect(await outcomes(waits)).toEqual(Array(5).fill("ProducerFencedError"));
    expect(producer.error).toMatchObject({ currentEpoch: 4, receivedEpoch: 0 });
    expect(events).toContainEqual({ type: "fenced", currentEpoch: 4, receivedEpoch: 0, claimedEpoch: undefined });
    expect(await stored(server)).toEqual([0, "other"]);
  });

  it("takes a 403 without an epoch for a matter of access", async () => {
    const { network, producer } = await setUp({ autoClaim: true });
    const appended = producer.append(1);
    (await network.next()).answer(new Response(null, { status: 403 }));
    expect(await outcomes([appended])).toEqual(["ForbiddenError"]);
  });

  it("with autoClaim, begins an epoch above the one that the server knows", async () => {
    const { server, network, producer, events } = await setUp({ autoClaim: true });
    await takeOver(server, "p", 4, "other");
    const appended = Promise.all([1, 2, 3].map((n) => producer.append(n)));
    void network.open();
    expect((await appended).map(({ epoch, seq }) => [epoch, seq])).toEqual([
      [5, 0],
      [5, 1],
      [5, 2],
    ]);
    expect(await stored(server)).toEqual(["other", 1, 2, 3]);
    expect(events).toContainEqual({ type: "fenced", currentEpoch: 4, receivedEpoch: 0, claimedEpoch: 5 });
    expect(producer.epoch).toBe(5);
  });

  it("with autoClaim, claims once for five fenced requests and keeps their order", async () => {
    const { server, network, producer, exchanges, events } = await setUpInFlight(5, { autoClaim: true });
    await takeOver(server, "p", 1, "other");
    for (const exchange of exchanges.toReversed()) await exchange.deliver();
    void network.open();
    await producer.flush();
    expect(await stored(server)).toEqual([0, "other", 1, 2, 3, 4, 5]);
    expect(events.filter(({ type }) => type === "fenced")).toHaveLength(1);
  });

  it("with autoClaim, sends the first request of the claimed epoch alone", async () => {
    const { server, network, exchanges } = await setUpInFlight(3, { autoClaim: true });
    await takeOver(server, "p", 1, "other");
    for (const exchange of exchanges) await exchange.deliver();
    const claim = await network.next();
    await settled();
    expect([claim.epoch, claim.seq, claim.body, network.waiting]).toEqual([2, 0, "[1]", 0]);
  });

  it("with autoClaim, takes back once and fails when it is fenced again", async () => {
    const { server, network, producer } = await setUp({ autoClaim: true });
    await takeOver(server, "p", 1, "other");
    const appended = producer.append("mine");
    await (await network.next()).deliver();
    await takeOver(server, "p", 8, "other again");
    await (await network.next()).deliver();
    expect(await outcomes([appended, producer.flush()])).toEqual(["ProducerFencedError", "ProducerFencedError"]);
    expect(producer.error).toMatchObject({ currentEpoch: 8, receivedEpoch: 2 });
  });

  it("with autoClaim, waits for the answers of the old epoch, which may say that it was stored", async () => {
    const { server, network, producer, exchanges, tickets } = await setUpInFlight(2, { autoClaim: true });
    const storedBefore = [await exchanges[0]?.commit(), await exchanges[1]?.commit()];
    await takeOver(server, "p", 1, "other");
    // The first one's own answer was lost on the way, and something between has repeated it after the fence.
    await exchanges[0]?.deliver();
    await settled();
    expect([network.waiting, producer.epoch]).toEqual([0, 0]);
    exchanges[1]?.answer(storedBefore[1] ?? Response.error());
    expect(await outcomes(tickets.map(({ acknowledged }) => acknowledged))).toEqual(["ok", "ok"]);
    expect(await stored(server)).toEqual([0, 1, 2, "other"]);
  });

  it("with autoClaim, rejects what may have been stored, and neither drops nor repeats it", async () => {
    const { server, network, clock, producer, exchanges, tickets } = await setUpInFlight(2, { autoClaim: true });
    await exchanges[0]?.commit();
    exchanges[0]?.drop();
    await exchanges[1]?.answer(new Response(null, { status: 429, headers: { "Retry-After": "1" } }));
    await settled();
    await takeOver(server, "p", 1, "other");
    await clock.advance(10_000);
    for (const exchange of await network.take(2)) await exchange.deliver();
    void network.open();
    const [first, second] = tickets;
    await expect(first?.acknowledged).rejects.toBeInstanceOf(AmbiguousAppendError);
    await expect(first?.acknowledged).rejects.toMatchObject({ epoch: 0, seq: 1, cause: { currentEpoch: 1 } });
    await expect(second?.acknowledged).resolves.toMatchObject({ epoch: 2, seq: 0 });
    expect(await stored(server)).toEqual([0, 1, "other", 2]);
    expect(producer.state).toBe("open");
  });

  it("with autoClaim, knows that nothing after a batch that was not stored was stored", async () => {
    const { server, network, clock, exchanges, tickets } = await setUpInFlight(3, { autoClaim: true });
    await takeOver(server, "p", 1, "other");
    await exchanges[0]?.deliver();
    exchanges[1]?.drop();
    exchanges[2]?.drop();
    await settled();
    await clock.advance(10_000);
    void network.open();
    expect(await outcomes(tickets.map(({ acknowledged }) => acknowledged))).toEqual(["ok", "ok", "ok"]);
    expect(await stored(server)).toEqual([0, "other", 1, 2, 3]);
  });

  it("with autoClaim, tells the next flush of an ambiguous message, and only that one", async () => {
    const { server, network, clock, producer, exchanges } = await setUpInFlight(1, { autoClaim: true });
    exchanges[0]?.drop();
    await settled();
    await takeOver(server, "p", 1, "other");
    await clock.advance(10_000);
    await (await network.next()).deliver();
    await settled();
    expect(await outcomes([producer.flush()])).toEqual(["AmbiguousAppendError"]);
    expect(await outcomes([producer.flush()])).toEqual(["ok"]);
  });

  it("fails when an earlier producer has used its epoch", async () => {
    const { server, network, producer, stream } = await setUp();
    const again = new StreamProducer(stream, { id: "p", lingerMs: 0, maxBatchMessages: 1 });
    const before = Promise.all([1, 2].map((n) => producer.append(n)));
    for (let count = 0; count < 2; count++) await (await network.next()).deliver();
    await before;
    const appended = again.append("lost?");
    await (await network.next()).deliver();
    expect(await outcomes([appended])).toEqual(["ProducerFencedError"]);
    expect(await stored(server)).toEqual([1, 2]);
  });
});
