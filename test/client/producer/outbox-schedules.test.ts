import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OutboxRecord, type ProducerOutbox, StreamProducer } from "../../../src/client/producer/index.ts";
import { hostedFor } from "../../support/client/index.ts";
import { type Fate, faultyFetch } from "./faulty-fetch.ts";
import { STREAM_URL, serverWithStream, stored } from "./network.ts";
import { VirtualTime } from "./virtual-time.ts";

/** How many schedules run; more for a longer search. */
const RUNS = Number(process.env.FAULT_SCHEDULES ?? 200);

/** What becomes of one save. */
interface Saving {
  readonly kind: "keep" | "refuse";
  readonly takes: number;
}

/** One process: what it is given to send, when it dies, and how its saves go. */
interface Session {
  /** Pauses before each message, in ms. */
  readonly pauses: readonly number[];
  readonly diesAt: number;
  readonly savings: readonly Saving[];
  /** Whether a save that is under way when the process dies is kept all the same. */
  readonly keepsLast: boolean;
}

const anySession: fc.Arbitrary<Session> = fc.record({
  pauses: fc.array(fc.nat(15), { minLength: 1, maxLength: 10 }),
  diesAt: fc.nat(200),
  savings: fc.array(
    fc.record({ kind: fc.constantFrom("keep", "keep", "keep", "refuse"), takes: fc.nat(20) }) as fc.Arbitrary<Saving>,
    { maxLength: 20 },
  ),
  keepsLast: fc.boolean(),
});

const anyFate: fc.Arbitrary<Fate> = fc.record({
  kind: fc.constantFrom("deliver", "deliver", "deliver", "lose", "lose-answer", "twice", "refuse"),
  there: fc.nat(60),
  back: fc.nat(30),
});

const full = new DOMException("full", "QuotaExceededError");

/** A disk, as the processes see it one after the other. */
class Disk {
  record: OutboxRecord | undefined;
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** @param hasDied Whether the process is there no more. */
  outbox({ savings, keepsLast }: Session, hasDied: () => boolean): ProducerOutbox {
    let saves = 0;
    let isSaving = false;
    return {
      open: async () => this.record,
      save: async (_, record) => {
        if (hasDied() || isSaving) throw new Error("A dead process saves, or one saves twice at a time");
        isSaving = true;
        const { kind, takes } = savings[saves++] ?? { kind: "keep", takes: 1 };
        await this.#time.sleep(takes);
        isSaving = false;
        if (kind === "refuse") throw full;
        if (!hasDied() || keepsLast) this.record = record;
      },
      close: async () => {},
    };
  }
}

interface Outcome {
  readonly acknowledged: string[];
  /** Those that the disk had no room for, while the producer went on. */
  readonly refused: string[];
}

function messagesOf(content: unknown): string[] {
  if (!Array.isArray(content)) throw new TypeError("The stream holds no messages");
  return content.map(String);
}

/** Messages are the numbers of their session and in it, which sort as text does. */
async function run(
  producer: StreamProducer<unknown>,
  time: VirtualTime,
  index: number,
  { pauses }: Session,
  outcome: Outcome,
): Promise<void> {
  const tickets: Promise<unknown>[] = [];
  for (const [n, pause] of pauses.entries()) {
    if (pause > 7) await time.sleep(pause);
    const message = `${index}.${n}`;
    const ticket = producer.submit(message).then(({ acknowledged }) => acknowledged);
    const refuse = (error: unknown) => {
      if (error === full && producer.state === "open") outcome.refused.push(message);
    };
    tickets.push(ticket.then(() => outcome.acknowledged.push(message), refuse));
  }
  await producer.flush().catch(() => {});
  await Promise.all(tickets);
}

/** Which messages a record holds. */
function kept(record: OutboxRecord | undefined): string[] {
  return (record?.batches ?? []).flatMap(({ body }) =>
    body ? messagesOf(JSON.parse(new TextDecoder().decode(body))) : [],
  );
}

describe("processes that die one after the other over the same outbox", () => {
  it("store what was acknowledged or kept, once and in order, and not what the outbox refused", async () => {
    const anyShape = fc.record({
      maxInFlight: fc.integer({ min: 1, max: 4 }),
      maxBatchMessages: fc.integer({ min: 1, max: 3 }),
      maxBufferedBatches: fc.integer({ min: 1, max: 8 }),
      lingerMs: fc.constantFrom(0, 3),
    });
    const sessions = fc.array(anySession, { minLength: 1, maxLength: 4 });
    const schedule = fc.array(anyFate, { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(anyShape, sessions, schedule, async (shape, mortal, fates) => {
        const time = new VirtualTime();
        const server = await serverWithStream();
        const fetch = faultyFetch(server, time, fates);
        const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch, clock: time });
        const disk = new Disk(time);
        const outcome: Outcome = { acknowledged: [], refused: [] };
        const promised: string[] = [];
        const options = { ...shape, id: "p", retry: { maxAttempts: 1_000, baseDelayMs: 20, maxDelayMs: 40 } };
        for (const [index, session] of mortal.entries()) {
          let isDead = false;
          const producer = new StreamProducer(stream, { ...options, outbox: disk.outbox(session, () => isDead) });
          const death = time.sleep(session.diesAt).then(() => {
            isDead = true;
            producer.abort();
          });
          await time.until(Promise.all([run(producer, time, index, session, outcome), death]));
          await time.until(producer.close().catch(() => {}));
          promised.push(...kept(disk.record));
        }
        const last: Session = { pauses: [0, 9], diesAt: 0, savings: [], keepsLast: true };
        const producer = new StreamProducer(stream, { ...options, outbox: disk.outbox(last, () => false) });
        await time.until(run(producer, time, mortal.length, last, outcome));
        await time.until(producer.close());
        const inStream = messagesOf(await stored(server));
        expect(inStream).toEqual([...new Set(inStream)].sort());
        expect(inStream).toEqual(expect.arrayContaining(outcome.acknowledged));
        expect(inStream).toEqual(expect.arrayContaining(promised));
        expect(inStream.filter((message) => outcome.refused.includes(message))).toEqual([]);
        expect(outcome.acknowledged).toEqual(expect.arrayContaining([`${mortal.length}.0`, `${mortal.length}.1`]));
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});
