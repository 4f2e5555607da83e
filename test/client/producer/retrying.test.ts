import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { StreamProducer } from "../../../src/client/producer/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { STREAM_URL, serverWithStream, stored } from "./network.ts";
import { outcomes, setUp, setUpInFlight } from "./set-up.ts";

const unavailable = () => new Response(null, { status: 503 });

describe("what a producer does when a request fails", () => {
  it("stores a message once whose answer was lost after the commit", async () => {
    const { server, network, clock, producer } = await setUp();
    const appended = producer.append("once");
    const lost = await network.next();
    await lost.commit();
    lost.drop();
    await settled();
    await clock.advance(10_000);
    await (await network.next()).deliver();
    await expect(appended).resolves.toMatchObject({ epoch: 0, seq: 0 });
    expect(await stored(server)).toEqual(["once"]);
  });

  it("stores a message once whose request was delivered twice", async () => {
    const { server, network, producer } = await setUp();
    const appended = producer.append("once");
    const exchange = await network.next();
    await exchange.commit();
    await exchange.deliver();
    await appended;
    expect(await stored(server)).toEqual(["once"]);
  });

  it("sends the same bytes under the same number again", async () => {
    const { network, clock, producer } = await setUp();
    const value = { n: 1 };
    await producer.submit(value);
    value.n = 2;
    const first = await network.next();
    first.drop();
    await settled();
    await clock.advance(10_000);
    const second = await network.next();
    expect([second.epoch, second.seq, second.body]).toEqual([first.epoch, first.seq, '[{"n":1}]']);
  });

  it.each([500, 502, 503, 504, 429, 408])("sends a batch again that was answered with %d", async (status) => {
    const { server, network, clock, producer } = await setUp();
    const appended = producer.append(1);
    (await network.next()).answer(new Response(null, { status }));
    await settled();
    await clock.advance(10_000);
    await (await network.next()).deliver();
    await appended;
    expect(await stored(server)).toEqual([1]);
  });

  describe("when the network comes back", () => {
    const window = new EventTarget();

    beforeEach(() => {
      vi.stubGlobal("ononline", null);
      vi.stubGlobal("addEventListener", window.addEventListener.bind(window));
    });
    afterEach(() => {
      vi.unstubAllGlobals();
    });

    it("sends again at once what got no answer, and leaves no timer of it", async () => {
      const { server, network, clock, producer } = await setUp({ retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 } });
      const appended = producer.append(1);
      (await network.next()).drop();
      await settled();
      expect([network.waiting, clock.pending]).toEqual([0, 1]);
      window.dispatchEvent(new Event("online"));
      await (await network.next()).deliver();
      await appended;
      expect(clock.pending).toBe(0);
      expect(await stored(server)).toEqual([1]);
    });

    it("still waits as long as a server has asked", async () => {
      const { network, clock, producer } = await setUp({ retry: { baseDelayMs: 0 } });
      await producer.submit(1);
      (await network.next()).answer(new Response(null, { status: 503, headers: { "Retry-After": "7" } }));
      await settled();
      window.dispatchEvent(new Event("online"));
      await settled();
      expect(network.waiting).toBe(0);
      await clock.advance(7_000);
      await (await network.next()).deliver();
    });

    it("says nothing to a producer that is over", async () => {
      const { network, producer } = await setUp();
      await producer.submit(1);
      (await network.next()).drop();
      await settled();
      producer.abort();
      window.dispatchEvent(new Event("online"));
      await settled();
      expect([network.waiting, producer.state]).toEqual([0, "aborted"]);
    });
  });

  it.each([429, 503])("waits as long as Retry-After says after a %d", async (status) => {
    const { network, clock, producer } = await setUp({ retry: { baseDelayMs: 0 } });
    await producer.submit(1);
    (await network.next()).answer(new Response(null, { status, headers: { "Retry-After": "7" } }));
    await settled();
    await clock.advance(6_999);
    expect(network.waiting).toBe(0);
    await clock.advance(1);
    expect(network.waiting).toBe(1);
  });

  it("waits as long as Retry-After says for a batch behind others too", async () => {
    const { network, clock, exchanges } = await setUpInFlight(2, { retry: { baseDelayMs: 0 } });
    exchanges[1]?.answer(new Response(null, { status: 429, headers: { "Retry-After": "7" } }));
    await exchanges[0]?.deliver();
    await settled();
    await clock.advance(6_999);
    expect(network.waiting).toBe(0);
    await clock.advance(1);
    expect((await network.next()).seq).toBe(2);
  });

  it("backs off between no delay and a bound that doubles", async () => {
    const { network, clock, producer, events } = await setUp({ retry: { baseDelayMs: 100, maxDelayMs: 350 } });
    await producer.submit(1);
    for (let failure = 0; failure < 4; failure++) {
      (await network.next()).drop();
      await settled();
      await clock.advance(1_000);
    }
    // The host's random source always says one half.
    expect(events.flatMap((event) => (event.type === "retried" ? [event.delayMs] : []))).toEqual([50, 100, 175, 175]);
  });

  it("sends again in order what failed together", async () => {
    const { network, clock, exchanges } = await setUpInFlight(4);
    for (const exchange of exchanges) exchange.answer(unavailable());
    await settled();
    await clock.advance(10_000);
    const retried = await network.take(network.waiting);
    expect(retried.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it("sends nothing new past a batch that has to be sent again", async () => {
    const { network, producer, exchanges } = await setUpInFlight(1);
    exchanges[0]?.answer(unavailable());
    await settled();
    await producer.submit(2);
    await settled();
    expect(network.waiting).toBe(0);
  });

  it("rejects every ticket, flush and close with the original error when attempts are exhausted", async () => {
    const { network, clock, producer } = await setUp({ retry: { maxAttempts: 3 } });
    const tickets = await Promise.all([1, 2, 3].map((n) => producer.submit(n)));
    const waits = [...tickets.map(({ acknowledged }) => acknowledged), producer.flush(), producer.close()];
    const results = Promise.allSettled(waits);
    for (let attempt = 0; attempt < 3; attempt++) {
      (await network.next()).answer(unavailable());
      await settled();
      await clock.advance(10_000);
    }
    const reasons = (await results).map((result) => (result.status === "rejected" ? result.reason : undefined));
    expect(new Set(reasons)).toEqual(new Set([producer.error]));
    expect(producer.error).toMatchObject({ _tag: "UnavailableError" });
    expect(network.waiting).toBe(0);
  });

  it("says from then on what it failed of", async () => {
    const { network, producer, events } = await setUp({ retry: { maxAttempts: 1 } });
    const appended = producer.append(1);
    (await network.next()).drop();
    expect(await outcomes([appended])).toEqual(["TransportError"]);
    const later = [producer.submit(2), producer.append(3), producer.flush(), producer.close()];
    expect(await outcomes(later)).toEqual(Array(4).fill("TransportError"));
    expect([producer.state, producer.pendingMessages, producer.bufferedBytes]).toEqual(["failed", 0, 0]);
    expect(events.at(-1)).toEqual({ type: "failed", error: producer.error });
  });

  it("leaves no timer behind when it has failed", async () => {
    const { clock, exchanges, producer, tickets } = await setUpInFlight(2);
    exchanges[1]?.answer(unavailable());
    await settled();
    exchanges[0]?.answer(new Response(null, { status: 404 }));
    expect(await outcomes(tickets.map(({ acknowledged }) => acknowledged))).toEqual([
      "StreamNotFoundError",
      "StreamNotFoundError",
    ]);
    expect([producer.state, clock.pending]).toEqual(["failed", 0]);
  });

  it.each([
    [400, "InvalidRequestError"],
    [401, "UnauthorizedError"],
    [403, "ForbiddenError"],
    [404, "StreamNotFoundError"],
    [405, "MethodNotAllowedError"],
    [409, "ContentTypeMismatchError"],
    [410, "StreamGoneError"],
    [413, "PayloadTooLargeError"],
    [302, "MalformedResponseError"],
  ])("fails at once when the server answers %d to a single message", async (status, tag) => {
    const { network, clock, producer } = await setUp();
    const waits = [producer.append(1), producer.flush()];
    (await network.next()).answer(new Response(null, { status }));
    expect(await outcomes(waits)).toEqual([tag, tag]);
    await clock.advance(10_000);
    expect(network.waiting).toBe(0);
  });

  it("acknowledges what precedes a batch that is refused for good", async () => {
    const { exchanges, tickets } = await setUpInFlight(2);
    exchanges[1]?.answer(new Response(null, { status: 400 }));
    await settled();
    await exchanges[0]?.deliver();
    expect(await outcomes(tickets.map(({ acknowledged }) => acknowledged))).toEqual(["ok", "InvalidRequestError"]);
  });

  it("fails when the stream is another one than the one that its handle knows", async () => {
    const server = await serverWithStream();
    const stream = new DurableStream({ url: STREAM_URL, fetch: (request) => server(request) });
    await stream.head();
    await server(new Request(STREAM_URL, { method: "DELETE" }));
    await server(new Request(STREAM_URL, { method: "PUT", headers: { "Content-Type": "application/json" } }));
    const producer = new StreamProducer(stream, { id: "p" });
    expect(await outcomes([producer.append(1), producer.flush()])).toEqual(["StreamGoneError", "StreamGoneError"]);
  });

  it("goes on against a server that restarts with its data", async () => {
    const { server, network, clock, exchanges, producer } = await setUpInFlight(3);
    await exchanges[0]?.commit();
    for (const exchange of exchanges) exchange.drop();
    await settled();
    for (let refused = 0; refused < 2; refused++) {
      await clock.advance(10_000);
      for (const exchange of await network.take(network.waiting)) exchange.drop();
      await settled();
    }
    await clock.advance(10_000);
    void network.open();
    await producer.flush();
    expect(await stored(server)).toEqual([0, 1, 2, 3]);
  });

  it("raises no unhandled rejection for tickets that nobody looks at", async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", listen);
    const { network, producer } = await setUp();
    await Promise.all([1, 2, 3].map((n) => producer.submit(n)));
    (await network.next()).answer(new Response(null, { status: 404 }));
    await settled();
    process.off("unhandledRejection", listen);
    expect([producer.state, unhandled]).toEqual(["failed", []]);
  });
});
