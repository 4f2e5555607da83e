import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StreamProducer } from "../../../src/client/producer/index.ts";
import { hostedFor } from "../../support/client/index.ts";
import { type Fate, faultyFetch } from "./faulty-fetch.ts";
import { STREAM_URL, serverWithStream, stored, takeOver } from "./network.ts";
import { VirtualTime } from "./virtual-time.ts";

/** How many schedules each property runs; more for a longer search. */
const RUNS = Number(process.env.FAULT_SCHEDULES ?? 200);

const anyFate = (...kinds: readonly Fate["kind"][]): fc.Arbitrary<Fate> =>
  fc.record({ kind: fc.constantFrom(...kinds), there: fc.nat(30), back: fc.nat(30) });

const SINGLE = ["deliver", "deliver", "lose", "lose-answer", "refuse", "break", "break-after"] as const;

const anyShape = fc.record({
  maxInFlight: fc.integer({ min: 1, max: 6 }),
  maxBatchMessages: fc.integer({ min: 1, max: 5 }),
  lingerMs: fc.constantFrom(0, 3, 20),
  maxBufferedBytes: fc.constantFrom(40, 100_000),
  maxAttempts: fc.constantFrom(2, 4, 30),
  /** Pauses before each message, in ms. */
  pauses: fc.array(fc.nat(15), { minLength: 1, maxLength: 30 }),
});

/** What one producer was given, and what it was told. */
interface History {
  readonly name: string;
  readonly acknowledged: number[];
  readonly errors: unknown[];
}

/** Messages are `[name, n]`, so that an array as a message is put to the test as well. */
async function produce(
  producer: StreamProducer<unknown>,
  time: VirtualTime,
  pauses: readonly number[],
): Promise<History> {
  const history: History = { name: producer.id, acknowledged: [], errors: [] };
  const fail = (error: unknown) => void history.errors.push(error);
  const tickets: Promise<unknown>[] = [];
  for (const [n, pause] of pauses.entries()) {
    if (pause > 7) await time.sleep(pause);
    const acknowledge = () => void history.acknowledged.push(n);
    tickets.push(producer.submit([producer.id, n]).then((ticket) => ticket.acknowledged.then(acknowledge, fail), fail));
  }
  await producer.flush().catch(fail);
  await Promise.all(tickets);
  await producer.close().catch(fail);
  return history;
}

function numbersOf(messages: unknown, name: string): number[] {
  if (!Array.isArray(messages)) throw new TypeError("The stream holds no messages");
  return messages.flatMap((message: unknown) =>
    Array.isArray(message) && message[0] === name && typeof message[1] === "number" ? [message[1]] : [],
  );
}

/** Every acknowledged message exactly once, every other one at most once, all in the order of submission. */
function check(messages: unknown, { name, acknowledged, errors }: History, submitted: number): void {
  const inStream = numbersOf(messages, name);
  expect(inStream).toEqual([...new Set(inStream)].sort((a, b) => a - b));
  expect(inStream).toEqual(expect.arrayContaining(acknowledged));
  expect(acknowledged).toEqual(acknowledged.toSorted((a, b) => a - b));
  expect(inStream.length).toBeGreaterThanOrEqual(errors.length === 0 ? submitted : acknowledged.length);
}

describe("producers on a network that fails at random", () => {
  it("store every acknowledged message once and in order, whatever is lost, refused, delayed or repeated", async () => {
    const schedule = fc.array(anyFate(...SINGLE, "twice", "twice-late"), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(anyShape, schedule, fc.constantFrom(30, 1000), async (shape, fates, maxBodyBytes) => {
        const time = new VirtualTime();
        const server = await serverWithStream({ maxBodyBytes });
        const fetch = faultyFetch(server, time, fates);
        const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch, clock: time });
        const histories = await time.until(
          Promise.all(
            ["a", "b"].map((id) => {
              const retry = { maxAttempts: shape.maxAttempts, baseDelayMs: 20 };
              return produce(new StreamProducer(stream, { ...shape, id, retry }), time, shape.pauses);
            }),
          ),
        );
        const messages = await stored(server);
        for (const history of histories) check(messages, history, shape.pauses.length);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);

  it("neither lose nor repeat an acknowledged message when another producer fences them", async () => {
    const schedule = fc.array(anyFate(...SINGLE), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(anyShape, schedule, fc.nat(150), fc.boolean(), async (shape, fates, fenceAt, autoClaim) => {
        const time = new VirtualTime();
        const server = await serverWithStream();
        const fetch = faultyFetch(server, time, fates);
        const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch, clock: time });
        const retry = { maxAttempts: shape.maxAttempts, baseDelayMs: 20 };
        const producer = new StreamProducer(stream, { ...shape, id: "a", autoClaim, retry });
        const fence = time.sleep(fenceAt).then(() => takeOver(server, "a", 5, ["other", 0]));
        const [history] = await time.until(Promise.all([produce(producer, time, shape.pauses), fence]));
        const messages = await stored(server);
        expect(numbersOf(messages, "other")).toEqual([0]);
        check(messages, history, shape.pauses.length);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});
