import { afterEach, describe, expect, it } from "vitest";
import {
  MemoryOutbox,
  OutboxBusyError,
  type OutboxRecord,
  type ProducerOptions,
  type ProducerOutbox,
  StreamProducer,
} from "../../../src/client/producer/index.ts";
import { hostedFor } from "../../support/client/index.ts";
import { FakeClock, settled } from "../../support/fake-clock.ts";
import { HeldOutbox } from "./held-outbox.ts";
import { HeldNetwork, isStreamClosed, STREAM_URL, serverWithStream, stored, takeOver } from "./network.ts";
import { outcomes } from "./set-up.ts";

/** Remembers every record it was given. */
class WatchedOutbox extends MemoryOutbox {
  readonly records: OutboxRecord[] = [];

  override save(key: string, record: OutboxRecord): Promise<void> {
    this.records.push(record);
    return super.save(key, record);
  }
}

const text = (body: Uint8Array | undefined): string => new TextDecoder().decode(body);
const bytes = (body: string): Uint8Array => new TextEncoder().encode(body);
const running: StreamProducer<unknown>[] = [];

afterEach(() => {
  for (const producer of running.splice(0)) producer.abort();
});

async function setUp(outbox: ProducerOutbox, options: Partial<ProducerOptions> = {}) {
  const server = await serverWithStream();
  const network = new HeldNetwork(server);
  const clock = new FakeClock();
  const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch: network.fetch, clock });
  const make = (more: Partial<ProducerOptions> = {}) => {
    const producer = new StreamProducer(stream, {
      id: "p",
      lingerMs: 0,
      maxBatchMessages: 1,
      outbox,
      ...options,
      ...more,
    });
    running.push(producer);
    return producer;
  };
  return { server, network, clock, make };
}

describe("a producer with an outbox", () => {
  it("stores a batch before it is sent for the first time", async () => {
    const outbox = new HeldOutbox();
    const { network, make } = await setUp(outbox);
    await make().submit("x");
    await settled();
    expect(network.waiting).toBe(0);
    const { record, allow } = outbox.saves[0] ?? expect.unreachable();
    expect(record).toMatchObject({ epoch: 0, nextSeq: 1, batches: [{ epoch: 0, seq: 0, closes: false }] });
    expect(text(record.batches[0]?.body)).toBe('["x"]');
    allow();
    expect((await network.next()).body).toBe('["x"]');
  });

  it("stores batches that wait for their turn, so that they are safe while the server is away", async () => {
    const outbox = new WatchedOutbox();
    const { network, make } = await setUp(outbox);
    const producer = make();
    for (let n = 0; n < 10; n++) await producer.submit(n);
    await settled();
    expect(network.waiting).toBe(1);
    expect(outbox.records.at(-1)?.batches.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("covers what is formed during a save with one more", async () => {
    const outbox = new HeldOutbox();
    const { make } = await setUp(outbox);
    const producer = make();
    for (let n = 0; n < 4; n++) await producer.submit(n);
    outbox.saves[0]?.allow();
    await settled();
    expect(outbox.saves.map(({ record }) => record.batches.length)).toEqual([1, 4]);
  });

  it("removes a batch once it is acknowledged", async () => {
    const outbox = new WatchedOutbox();
    const { network, make } = await setUp(outbox);
    void network.open();
    const producer = make();
    await producer.append(1);
    await producer.close();
    expect(outbox.records.at(-1)).toEqual({ epoch: 0, nextSeq: 1, batches: [] });
  });

  it("begins no epoch while the outbox still has batches of one before", async () => {
    const left = { epoch: 0, nextSeq: 1, batches: [{ epoch: 0, seq: 0, body: bytes('["a"]'), closes: false }] };
    const outbox = new HeldOutbox(left);
    const { network, make } = await setUp(outbox);
    const producer = make();
    await producer.submit("b");
    await (await network.next()).deliver();
    await settled();
    expect(outbox.saves.map(({ record }) => record.batches.map(({ epoch }) => epoch))).toEqual([[0, 1]]);
    outbox.saves[0]?.allow();
    await settled();
    // A crash now leaves both, and what is left of epoch 0 must not be shut out by then.
    expect(network.waiting).toBe(0);
    expect(outbox.saves[1]?.record.batches.map(({ epoch }) => epoch)).toEqual([1]);
    outbox.saves[1]?.allow();
    expect(await network.next()).toMatchObject({ epoch: 1, seq: 0, body: '["b"]' });
  });

  it("brings batches of two epochs that an earlier producer left, one epoch after the other", async () => {
    const batches = ["a", "b"].map((text, epoch) => ({ epoch, seq: 0, body: bytes(`["${text}"]`), closes: false }));
    const outbox = new HeldOutbox({ epoch: 1, nextSeq: 1, batches });
    const { server, network, make } = await setUp(outbox);
    const producer = make();
    const flushed = producer.flush();
    await (await network.next()).deliver();
    await settled();
    expect(network.waiting).toBe(0);
    expect(outbox.saves.map(({ record }) => record.batches.map(({ epoch }) => epoch))).toEqual([[1]]);
    outbox.saves[0]?.allow();
    const second = await network.next();
    expect(second).toMatchObject({ epoch: 1, seq: 0, body: '["b"]' });
    await second.deliver();
    await settled();
    outbox.saves[1]?.allow();
    await flushed;
    expect(await stored(server)).toEqual(["a", "b"]);
  });

  it("sends what an earlier producer left as it was, and begins the next epoch after it", async () => {
    const outbox = new MemoryOutbox();
    const { server, network, make } = await setUp(outbox);
    const first = make();
    await Promise.all([1, 2, 3].map((n) => first.submit(n)));
    const lost = await network.next();
    await lost.commit();
    first.abort();
    await settled();

    const second = make();
    await second.submit(4);
    const again = await network.next();
    expect([again.epoch, again.seq, again.body]).toEqual([0, 0, lost.body]);
    await again.deliver();
    const rest = await network.take(2);
    expect(rest.map(({ epoch, seq }) => [epoch, seq])).toEqual([
      [0, 1],
      [0, 2],
    ]);
    await settled();
    expect(network.waiting).toBe(0);
    for (const exchange of rest) await exchange.deliver();
    const next = await network.next();
    expect([next.epoch, next.seq, next.body]).toEqual([1, 0, "[4]"]);
    await next.deliver();
    await second.flush();
    expect(await stored(server)).toEqual([1, 2, 3, 4]);
  });

  it("begins a new epoch for each producer, also when nothing was left", async () => {
    const outbox = new MemoryOutbox();
    const { server, network, make } = await setUp(outbox);
    void network.open();
    for (let session = 0; session < 3; session++) {
      const producer = make();
      expect(await producer.append(session)).toMatchObject({ epoch: session, seq: 0 });
      await producer.close();
    }
    expect(await stored(server)).toEqual([0, 1, 2]);
  });

  it("with autoClaim, does not go below the epoch that it is given either", async () => {
    const outbox = new MemoryOutbox();
    const batch = { epoch: 0, seq: 0, body: bytes("[1]"), closes: false };
    await outbox.save(`${STREAM_URL}#p`, { epoch: 0, nextSeq: 1, batches: [batch] });
    const { server, network, make } = await setUp(outbox, { autoClaim: true, epoch: 7 });
    await takeOver(server, "p", 3, "other");
    void network.open();
    const producer = make();
    expect(await producer.append(2)).toMatchObject({ epoch: 7, seq: 0 });
    expect(await outcomes([producer.close()])).toEqual(["AmbiguousAppendError"]);
  });

  it("counts what it brought back as pending, and flushes it", async () => {
    const batch = { epoch: 0, seq: 0, body: bytes("[1]"), closes: false };
    const { server, network, make } = await setUp(new HeldOutbox({ epoch: 0, nextSeq: 1, batches: [batch] }));
    const producer = make();
    const flushed = producer.flush();
    await settled();
    expect([producer.pendingMessages, producer.epoch, producer.nextSeq]).toEqual([1, 1, 0]);
    await (await network.next()).deliver();
    await flushed;
    expect(await stored(server)).toEqual([1]);
  });

  it("is never below the epoch that it is given", async () => {
    const { network, make } = await setUp(new MemoryOutbox(), { epoch: 7 });
    void make().submit(1);
    expect((await network.next()).epoch).toBe(7);
  });

  it("survives being stopped while it sends what an earlier one left", async () => {
    const outbox = new MemoryOutbox();
    const { server, network, make } = await setUp(outbox);
    const first = make();
    await Promise.all([1, 2].map((n) => first.submit(n)));
    await (await network.next()).commit();
    first.abort();
    await settled();
    const second = make();
    await second.submit(3);
    await (await network.next()).commit();
    second.abort();
    await settled();
    const third = make();
    void network.open();
    await third.append(4);
    expect(await stored(server)).toEqual([1, 2, 3, 4]);
    expect(third.epoch).toBe(2);
  });

  it("finishes a closing that was under way", async () => {
    const outbox = new MemoryOutbox();
    const { server, network, make } = await setUp(outbox);
    const first = make();
    void first.close({ closeStream: true, finalMessage: "bye" }).catch(() => {});
    await (await network.next()).commit();
    first.abort();
    await settled();
    const second = make();
    void network.open();
    await second.close();
    expect([await isStreamClosed(server), await stored(server)]).toEqual([true, ["bye"]]);
  });

  it("refuses a second owner clearly, and leaves the first one alone", async () => {
    const { server, network, make } = await setUp(new MemoryOutbox());
    void network.open();
    const owner = make();
    const second = make();
    await expect(second.append(1)).rejects.toBeInstanceOf(OutboxBusyError);
    await expect(second.flush()).rejects.toMatchObject({ key: `${STREAM_URL}#p` });
    await owner.append(2);
    expect(await stored(server)).toEqual([2]);
  });

  it("keeps producers with other ids apart", async () => {
    const { server, network, make } = await setUp(new MemoryOutbox());
    void network.open();
    await Promise.all([make({ id: "a" }).append(1), make({ id: "b" }).append(2)]);
    expect(new Set([await stored(server)].flat())).toEqual(new Set([1, 2]));
  });

  it("rejects the ticket of a batch that finds no room, and goes on with its number", async () => {
    const outbox = new HeldOutbox();
    const { server, network, make } = await setUp(outbox);
    const producer = make();
    const refused = await producer.submit("too much");
    const quota = new DOMException("full", "QuotaExceededError");
    outbox.saves[0]?.refuse(quota);
    await expect(refused.acknowledged).rejects.toBe(quota);
    expect([producer.state, producer.nextSeq, producer.pendingMessages]).toEqual(["open", 0, 0]);
    const accepted = await producer.submit("small");
    outbox.saves[1]?.allow();
    await settled();
    outbox.saves[2]?.allow();
    await (await network.next()).deliver();
    await expect(accepted.acknowledged).resolves.toMatchObject({ epoch: 0, seq: 0 });
    expect(await stored(server)).toEqual(["small"]);
  });

  it("keeps in order what was formed while the outbox refused something", async () => {
    const outbox = new HeldOutbox();
    const { server, network, make } = await setUp(outbox);
    const producer = make();
    const tickets = await Promise.all(["a", "b", "c"].map((value) => producer.submit(value)));
    outbox.saves[0]?.refuse(new Error("full"));
    await settled();
    outbox.saves[1]?.allow();
    await settled();
    outbox.saves[2]?.allow();
    void network.open();
    expect(await outcomes(tickets.map(({ acknowledged }) => acknowledged))).toEqual(["Error", "ok", "ok"]);
    expect(await stored(server)).toEqual(["b", "c"]);
  });

  it("does not let a flush resolve early because a later message found no room", async () => {
    const outbox = new HeldOutbox();
    const { network, make } = await setUp(outbox);
    const producer = make();
    await producer.submit("a");
    outbox.saves[0]?.allow();
    const held = await network.next();
    let isOver = false;
    const flushed = producer.flush().finally(() => {
      isOver = true;
    });
    const refused = await producer.submit("b");
    outbox.saves[1]?.refuse(new Error("full"));
    expect(await outcomes([refused.acknowledged])).toEqual(["Error"]);
    await settled();
    expect(isOver).toBe(false);
    await held.deliver();
    expect(await outcomes([flushed])).toEqual(["Error"]);
  });

  it("keeps its batches when it is aborted in the middle of a save", async () => {
    const outbox = new HeldOutbox();
    const { make } = await setUp(outbox);
    const producer = make();
    await producer.submit("a");
    await producer.submit("b");
    producer.abort();
    outbox.saves[0]?.allow();
    await settled();
    expect([outbox.saves.length, outbox.closed]).toEqual([1, 1]);
  });

  it("fails with what opening the outbox threw", async () => {
    const outbox: ProducerOutbox = {
      open: () => Promise.reject(new Error("no disk")),
      save: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    const { make } = await setUp(outbox);
    const producer = make();
    await expect(producer.append(1)).rejects.toThrow("no disk");
    expect(producer.state).toBe("failed");
  });

  it("fails when another producer has taken the id over, and keeps what it could not send", async () => {
    const outbox = new MemoryOutbox();
    const { server, network, make } = await setUp(outbox);
    const first = make();
    await first.submit(1);
    await network.next();
    first.abort();
    await settled();
    await takeOver(server, "p", 3, "other");
    void network.open();
    const second = make();
    expect(await outcomes([second.flush()])).toEqual(["ProducerFencedError"]);
    await settled();
    expect((await outbox.open(`${STREAM_URL}#p`))?.batches).toHaveLength(1);
  });

  it("with autoClaim, reports as ambiguous what an earlier producer may have sent", async () => {
    const outbox = new MemoryOutbox();
    const { server, network, make } = await setUp(outbox, { autoClaim: true });
    const first = make();
    await first.submit(1);
    await network.next();
    first.abort();
    await settled();
    await takeOver(server, "p", 3, "other");
    void network.open();
    const second = make();
    const appended = second.append(2);
    expect(await outcomes([second.flush(), appended])).toEqual(["AmbiguousAppendError", "ok"]);
    expect(await stored(server)).toEqual(["other", 2]);
  });
});
