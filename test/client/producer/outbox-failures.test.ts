import { afterEach, describe, expect, it } from "vitest";
import { MemoryOutbox, type OutboxRecord, StreamProducer } from "../../../src/client/producer/index.ts";
import { hostedFor } from "../../support/client/index.ts";
import { FakeClock, settled } from "../../support/fake-clock.ts";
import { HeldOutbox } from "./held-outbox.ts";
import { HeldNetwork, STREAM_URL, serverWithStream, stored } from "./network.ts";
import { outcomes } from "./set-up.ts";

const full = new DOMException("full", "QuotaExceededError");
const left = (text: string, epoch: number) => ({
  epoch,
  seq: 0,
  body: new TextEncoder().encode(`["${text}"]`),
  closes: false,
});
const running: StreamProducer<unknown>[] = [];

afterEach(() => {
  for (const producer of running.splice(0)) producer.abort();
});

async function setUp(outbox: HeldOutbox | MemoryOutbox) {
  const server = await serverWithStream();
  const network = new HeldNetwork(server);
  const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch: network.fetch, clock: new FakeClock() });
  const make = () => {
    const producer = new StreamProducer(stream, { id: "p", lingerMs: 0, maxBatchMessages: 1, outbox });
    running.push(producer);
    return producer;
  };
  return { server, network, make };
}

describe("a save that fails", () => {
  it("costs only what the outbox has not kept already", async () => {
    const outbox = new HeldOutbox({ epoch: 1, nextSeq: 1, batches: [left("a", 0), left("b", 1)] });
    const { server, network, make } = await setUp(outbox);
    const producer = make();
    const first = await network.next();
    const ours = await producer.submit("c");
    outbox.saves[0]?.allow();
    await settled();
    const refused = await producer.submit("d");
    outbox.saves[1]?.refuse(full);
    await expect(refused.acknowledged).rejects.toBe(full);
    // What was left by an earlier process, and what was saved since, is as safe as before.
    expect(outbox.saves[2]?.record.batches.map(({ epoch, seq }) => [epoch, seq])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
    ]);
    outbox.saves[2]?.allow();
    void network.open();
    await first.deliver();
    for (let save = 3; producer.pendingMessages > 0; save++) {
      await settled();
      outbox.saves[save]?.allow();
      expect(save).toBeLessThan(9);
    }
    await ours.acknowledged;
    expect(await stored(server)).toEqual(["a", "b", "c"]);
  });

  it("ends the producer when it is what the next epoch waits for, and loses nothing", async () => {
    const outbox = new HeldOutbox({ epoch: 1, nextSeq: 1, batches: [left("a", 0), left("b", 1)] });
    const { network, make } = await setUp(outbox);
    const producer = make();
    const flushed = producer.flush();
    await (await network.next()).deliver();
    await settled();
    outbox.saves[0]?.refuse(full);
    await expect(flushed).rejects.toBe(full);
    await settled();
    expect([producer.state, outbox.saves.length, network.waiting, outbox.closed]).toEqual(["failed", 1, 0, 1]);
  });

  it("at once, without a promise, is one like any other", async () => {
    class Abrupt extends MemoryOutbox {
      isFull = true;
      override save(key: string, record: OutboxRecord): Promise<void> {
        if (this.isFull) throw full;
        return super.save(key, record);
      }
    }
    const outbox = new Abrupt();
    const { server, network, make } = await setUp(outbox);
    void network.open();
    const producer = make();
    await expect(producer.append("refused")).rejects.toBe(full);
    outbox.isFull = false;
    expect(await outcomes([producer.append("kept"), producer.append("too")])).toEqual(["ok", "ok"]);
    expect(await stored(server)).toEqual(["kept", "too"]);
  });
});

describe("a save under way when the producer ends", () => {
  it("is over when close has said that the producer failed", async () => {
    const outbox = new HeldOutbox();
    const { network, make } = await setUp(outbox);
    const producer = make();
    await producer.submit("a");
    outbox.saves[0]?.allow();
    const refused = await network.next();
    await producer.submit("b");
    const closed = producer.close();
    const results = outcomes([closed, producer.flush()]);
    refused.answer(new Response(null, { status: 404 }));
    await settled();
    expect(producer.state).toBe("failed");
    let isOver = false;
    const again = outcomes([closed, producer.close()]).finally(() => {
      isOver = true;
    });
    await settled();
    expect([isOver, outbox.closed]).toEqual([false, 0]);
    outbox.saves[1]?.allow();
    expect(await again).toEqual(["StreamNotFoundError", "StreamNotFoundError"]);
    expect(await results).toEqual(["StreamNotFoundError", "StreamNotFoundError"]);
    expect(outbox.closed).toBe(1);
  });

  it("does not keep tickets and flush from saying so at once", async () => {
    const outbox = new HeldOutbox();
    const { make } = await setUp(outbox);
    const producer = make();
    const { acknowledged } = await producer.submit("a");
    const flushed = producer.flush();
    producer.abort(full);
    await expect(acknowledged).rejects.toBe(full);
    await expect(flushed).rejects.toBe(full);
    expect(outbox.closed).toBe(0);
  });
});

describe("a batch that the server refuses for good", () => {
  it("makes every producer fail until it is discarded, with all behind it", async () => {
    const outbox = new MemoryOutbox();
    const { server, network, make } = await setUp(outbox);
    const first = make();
    await first.submit("poison");
    await first.submit("behind it");
    (await network.next()).answer(new Response(null, { status: 400 }));
    expect(await outcomes([first.close()])).toEqual(["InvalidRequestError"]);

    const second = make();
    (await network.next()).answer(new Response(null, { status: 400 }));
    expect(await outcomes([second.close()])).toEqual(["InvalidRequestError"]);
    const discarded = await second.discard();
    expect(discarded.map(({ seq, body }) => [seq, new TextDecoder().decode(body)])).toEqual([
      [0, '["poison"]'],
      [1, '["behind it"]'],
    ]);

    void network.open();
    const third = make();
    expect(await third.append("after it")).toMatchObject({ epoch: 1, seq: 0 });
    await third.close();
    expect(await stored(server)).toEqual(["after it"]);
  });

  it("is not discarded from under another producer", async () => {
    const { make } = await setUp(new MemoryOutbox());
    const owner = make();
    const { acknowledged } = await owner.submit(1);
    const refused = make();
    expect(await outcomes([refused.flush()])).toEqual(["OutboxBusyError"]);
    expect(await outcomes([refused.discard()])).toEqual(["OutboxBusyError"]);
    expect(await owner.discard()).toMatchObject([{ epoch: 0, seq: 0 }]);
    expect([owner.state, await outcomes([acknowledged])]).toEqual(["aborted", ["AbortError"]]);
    expect(await owner.discard()).toEqual([]);
  });
});
