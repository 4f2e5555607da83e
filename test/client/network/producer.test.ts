import { expect, test } from "vitest";
import { DurableStream, type ProducerEvent, type ProducerOptions } from "../../../src/client/index.ts";
import {
  answered,
  answerLost,
  delivered,
  deliveredTwice,
  type Fault,
  type FaultyServer,
  lost,
  type Script,
  serveWith,
} from "../../support/client/faults/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { stored } from "../producer/network.ts";
import { AT_ONCE } from "../reader/immediate-clock.ts";

const bodiesOf = (server: FaultyServer): string[] =>
  server.sent("append").map(({ body }) => new TextDecoder().decode(body));

/** A new stream behind a network, and a producer on it that sends every message by itself and at once. */
async function producing(script: Script, options: Partial<ProducerOptions> = {}) {
  const server = await serveWith(script);
  const stream = new DurableStream<unknown>({ url: server.streamUrl(), retry: AT_ONCE });
  await stream.create();
  const producer = stream.producer({ id: "p", lingerMs: 0, maxBatchMessages: 1, ...options });
  return {
    server,
    producer,
    stored: () => stored(server.handler, stream.url),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

test("an answer that is lost after the commit is asked for again, and the message is stored once", async () => {
  const events: ProducerEvent[] = [];
  await using it = await producing({ append: [answerLost] }, { onEvent: (event) => events.push(event) });
  await it.producer.append("once");
  expect(await it.stored()).toEqual(["once"]);
  expect(bodiesOf(it.server)).toEqual(['["once"]', '["once"]']);
  expect(events.at(-1)).toMatchObject({ type: "acknowledged", seq: 0, duplicate: true });
});

test("a request that the network delivers twice is stored once", async () => {
  await using it = await producing({ append: deliveredTwice });
  for (const n of [1, 2, 3]) await it.producer.append(n);
  expect(await it.stored()).toEqual([1, 2, 3]);
});

test("a request that the network delivers once more, behind later ones, is stored once", async () => {
  const later = Promise.withResolvers<void>();
  let again: Promise<Response> | undefined;
  const late: Fault = async (exchange) => {
    again = later.promise.then(exchange.deliver);
    return exchange.deliver();
  };
  await using it = await producing({ append: [late] });
  for (const n of [1, 2, 3]) await it.producer.append(n);
  later.resolve();
  expect((await again)?.status).toBe(204);
  expect(await it.stored()).toEqual([1, 2, 3]);
});

test("requests that overtake each other are stored in order", async () => {
  const answeredOf = new Map([1, 2, 3].map((seq) => [seq, Promise.withResolvers<void>()]));
  const answers: number[] = [];
  // Each is held back until the one behind it has been answered.
  const backwards: Fault = async ({ request, deliver }) => {
    const seq = Number(request.headers.get("Producer-Seq"));
    if (seq > 0) await answeredOf.get(seq + 1)?.promise;
    const response = await deliver();
    answers.push(seq);
    answeredOf.get(seq)?.resolve();
    return response;
  };
  await using it = await producing({ append: backwards });
  await it.producer.append(0);
  await Promise.all([1, 2, 3].map((n) => it.producer.append(n)));
  expect(await it.stored()).toEqual([0, 1, 2, 3]);
  expect(answers.slice(0, 4)).toEqual([0, 3, 2, 1]);
});

test("whatever is lost of five requests in flight is stored in its place", async () => {
  await using it = await producing({ append: [delivered, lost, delivered, answerLost, lost, answered(502)] });
  await it.producer.append(0);
  await Promise.all([1, 2, 3, 4, 5, 6, 7].map((n) => it.producer.append(n)));
  expect(await it.stored()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("a batch that is too large for something on the way is split until it passes", async () => {
  const narrow: Fault = (exchange) =>
    exchange.request.body.length > 10 ? answered(413)(exchange) : exchange.deliver();
  await using it = await producing({ append: narrow }, { maxBatchMessages: 100, lingerMs: 1_000 });
  const appended = Promise.all(Array.from({ length: 8 }, (_, n) => it.producer.append(n)));
  await Promise.all([appended, it.producer.flush()]);
  expect(await it.stored()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(bodiesOf(it.server)[0]).toBe("[0,1,2,3,4,5,6,7]");
});

test.each([429, 503])("a %d is waited out for as long as it asks, and not longer", async (status) => {
  await using server = await serveWith({ append: [answered(status, { "Retry-After": "7" })] });
  const clock = new FakeClock();
  const stream = new DurableStream({ url: server.streamUrl(), clock, retry: AT_ONCE });
  await stream.create();
  const refused = Promise.withResolvers<void>();
  const onEvent = ({ type }: ProducerEvent) => void (type === "retried" && refused.resolve());
  const producer = stream.producer({ id: "p", lingerMs: 0, onEvent });
  const ticket = await producer.submit("late");
  await clock.advance(0);
  await refused.promise;
  await clock.advance(6_999);
  expect(server.sent("append")).toHaveLength(1);
  await clock.advance(1);
  await ticket.acknowledged;
  expect(server.sent("append")).toHaveLength(2);
});
