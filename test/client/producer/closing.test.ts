import { describe, expect, it } from "vitest";
import { settled } from "../../support/fake-clock.ts";
import { closeStream, isStreamClosed, stored } from "./network.ts";
import { outcomes, setUp, setUpInFlight } from "./set-up.ts";

describe("how a producer ends", () => {
  it("flushes what was submitted before, whether accepted or not", async () => {
    const { server, network, producer } = await setUp({ maxBufferedBatches: 1 });
    for (const n of [1, 2, 3, 4]) void producer.submit(n);
    void network.open();
    await producer.flush();
    expect(await stored(server)).toEqual([1, 2, 3, 4]);
  });

  it("flushes without waiting for the linger time", async () => {
    const { network, producer } = await setUp({ lingerMs: 60_000, maxBatchMessages: 10 });
    void producer.submit(1);
    const flushed = producer.flush();
    await (await network.next()).deliver();
    await flushed;
  });

  it("does not make a flush wait for what is submitted after it", async () => {
    const { network, producer } = await setUp();
    void producer.submit(1);
    const flushed = producer.flush();
    const first = await network.next();
    await producer.submit(2);
    await first.deliver();
    await flushed;
    expect(producer.pendingMessages).toBe(1);
  });

  it("flushes at once when nothing is pending", async () => {
    const { producer } = await setUp();
    await producer.flush();
    expect(producer.state).toBe("open");
  });

  it("closes without closing the stream", async () => {
    const { server, network, producer } = await setUp();
    void producer.submit(1);
    void network.open();
    await producer.close();
    expect([producer.state, await isStreamClosed(server), await stored(server)]).toEqual(["closed", false, [1]]);
  });

  it("closes the stream after everything before is acknowledged", async () => {
    const { server, network, producer, exchanges } = await setUpInFlight(2);
    const closed = producer.close({ closeStream: true });
    await settled();
    expect(network.waiting).toBe(0);
    for (const exchange of exchanges) await exchange.deliver();
    const closing = await network.next();
    expect([closing.seq, closing.body, closing.headers.get("Stream-Closed")]).toEqual([3, "", "true"]);
    await closing.deliver();
    await closed;
    expect([await isStreamClosed(server), await stored(server)]).toEqual([true, [0, 1, 2]]);
  });

  it("stores a final message in the same request as the closing", async () => {
    const { server, network, producer } = await setUp();
    const closed = producer.close({ closeStream: true, finalMessage: "bye" });
    const closing = await network.next();
    expect([closing.body, closing.headers.get("Stream-Closed")]).toEqual(['["bye"]', "true"]);
    await closing.deliver();
    await closed;
    expect([await isStreamClosed(server), await stored(server)]).toEqual([true, ["bye"]]);
    expect(producer.pendingMessages).toBe(0);
  });

  it("appends a final message without closing the stream", async () => {
    const { server, network, producer } = await setUp();
    void network.open();
    await producer.close({ finalMessage: "bye" });
    expect([await isStreamClosed(server), await stored(server)]).toEqual([false, ["bye"]]);
  });

  it("succeeds when the answer to the closing with its final message was lost", async () => {
    const { server, network, clock, producer } = await setUp();
    const closed = producer.close({ closeStream: true, finalMessage: "bye" });
    const lost = await network.next();
    await lost.commit();
    lost.drop();
    await settled();
    await clock.advance(10_000);
    await (await network.next()).deliver();
    await closed;
    expect(await stored(server)).toEqual(["bye"]);
  });

  it("succeeds to close a stream that is closed already", async () => {
    const { server, network, producer } = await setUp();
    await closeStream(server);
    void network.open();
    await producer.close({ closeStream: true });
    expect(producer.state).toBe("closed");
  });

  it("fails to close with a final message that a closed stream cannot take", async () => {
    const { server, network, producer } = await setUp();
    await closeStream(server);
    void network.open();
    const closed = producer.close({ closeStream: true, finalMessage: "bye" });
    expect(await outcomes([closed])).toEqual(["StreamClosedError"]);
  });

  it("does not believe a closing that the server does not confirm", async () => {
    const { network, producer } = await setUp();
    const closed = producer.close({ closeStream: true });
    const headers = { "Producer-Epoch": "0", "Producer-Seq": "0", "Stream-Next-Offset": "x" };
    (await network.next()).answer(new Response(null, { status: 200, headers }));
    expect(await outcomes([closed])).toEqual(["MalformedResponseError"]);
  });

  it("closes once, however often it is asked", async () => {
    const { network, producer } = await setUp();
    const closed = producer.close({ closeStream: true });
    expect(producer.close()).toBe(closed);
    await (await network.next()).deliver();
    await closed;
    expect(producer.close()).toBe(closed);
  });

  it("takes nothing more in once it closes", async () => {
    const { network, producer } = await setUp();
    void producer.submit(1);
    const closed = producer.close();
    expect(await outcomes([producer.submit(2)])).toEqual(["TypeError"]);
    void network.open();
    await closed;
    expect(await outcomes([producer.append(3)])).toEqual(["TypeError"]);
  });

  it("stays open when its final message cannot be sent", async () => {
    const { server, network, producer } = await setUp();
    const closed = producer.close({ closeStream: true, finalMessage: () => {} });
    expect(await outcomes([closed])).toEqual(["TypeError"]);
    void network.open();
    await producer.append(1);
    expect([producer.state, await stored(server)]).toEqual(["open", [1]]);
  });

  it("rejects close when it fails while closing", async () => {
    const { network, producer } = await setUp();
    void producer.submit(1);
    const closed = producer.close({ closeStream: true });
    (await network.next()).answer(new Response(null, { status: 404 }));
    expect(await outcomes([closed, producer.close()])).toEqual(["StreamNotFoundError", "StreamNotFoundError"]);
    expect(producer.state).toBe("failed");
  });

  it("closes at the end of an await using block", async () => {
    const { server, network, producer } = await setUp();
    void network.open();
    await (async () => {
      await using disposed = producer;
      await disposed.submit(1);
    })();
    expect([producer.state, await stored(server)]).toEqual(["closed", [1]]);
  });

  it("lets an await using block end in peace after an abort", async () => {
    const { producer } = await setUp();
    await (async () => {
      await using disposed = producer;
      disposed.abort();
    })();
    expect(producer.state).toBe("aborted");
  });

  it("rejects everything pending with the reason of an abort, and ends the requests", async () => {
    const { producer, exchanges, tickets, clock } = await setUpInFlight(2);
    const reason = new Error("enough");
    const waits = [...tickets.map(({ acknowledged }) => acknowledged), producer.flush(), producer.close()];
    const results = Promise.allSettled(waits);
    producer.abort(reason);
    expect(await results).toEqual(waits.map(() => ({ status: "rejected", reason })));
    await expect(producer.submit(3)).rejects.toBe(reason);
    await settled();
    expect([producer.inFlight, producer.pendingMessages, clock.pending, exchanges.length]).toEqual([0, 0, 0, 2]);
  });

  it("rejects with an AbortError when no reason is given", async () => {
    const { producer } = await setUp();
    const { acknowledged } = await producer.submit(1);
    producer.abort();
    expect(await outcomes([acknowledged])).toEqual(["AbortError"]);
  });

  it("is aborted with the signal of its stream", async () => {
    const controller = new AbortController();
    const { producer } = await setUp({ signal: controller.signal });
    const { acknowledged } = await producer.submit(1);
    const reason = new Error("page left");
    controller.abort(reason);
    await expect(acknowledged).rejects.toBe(reason);
    expect(producer.state).toBe("aborted");
  });

  it("is aborted from the start on a stream whose signal is", async () => {
    const { producer } = await setUp({ signal: AbortSignal.abort(new Error("gone")) });
    await expect(producer.submit(1)).rejects.toThrow("gone");
  });

  it("ignores an abort after it is closed", async () => {
    const { producer } = await setUp();
    await producer.close();
    producer.abort();
    expect([producer.state, producer.error]).toEqual(["closed", undefined]);
  });

  it("errors its writable with what it failed of", async () => {
    const { network, producer } = await setUp();
    const writer = producer.writable.getWriter();
    await writer.write(1);
    (await network.next()).answer(new Response(null, { status: 404 }));
    await settled();
    expect(await outcomes([writer.write(2)])).toEqual(["StreamNotFoundError"]);
  });

  it("fails a pipe into it, at the latest when its source ends", async () => {
    const { network, producer } = await setUp();
    const source = new TransformStream<unknown, unknown>();
    const piped = outcomes([source.readable.pipeTo(producer.writable)]);
    const writer = source.writable.getWriter();
    await writer.write(1);
    (await network.next()).answer(new Response(null, { status: 404 }));
    await settled();
    void writer.close().catch(() => {});
    expect(await piped).toEqual(["StreamNotFoundError"]);
  });

  it("is aborted with its writable", async () => {
    const { producer } = await setUp();
    await producer.writable.abort(new Error("enough"));
    expect(producer.state).toBe("aborted");
  });
});
