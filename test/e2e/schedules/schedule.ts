import fc from "fast-check";
import type { LiveMode } from "../../../src/client/index.ts";
import { type Fault, NONE } from "../faulty-proxy.ts";

/** What one producer does. */
export interface ProducerPlan {
  readonly messages: number;
  readonly maxBatchMessages: number;
  readonly maxInFlight: number;
  readonly lingerMs: number;
  readonly maxBufferedBytes: number;
  /** Before which messages the process that runs it ends without a word, and another one takes over its outbox. */
  readonly crashes: readonly number[];
}

/** What one reader does. */
export interface ReaderPlan {
  /** `false`: reads to the tail each time that a producer is done, and at the end. */
  readonly live: LiveMode;
  /** After how many messages each, it is thrown away and another one goes on from its checkpoint, as JSON. */
  readonly restarts: readonly number[];
}

/** One stream, who works on it, and what the network does to them. */
export interface Schedule {
  readonly contentType: "application/json" | "text/plain" | "application/octet-stream";
  readonly pageBytes: number;
  readonly producers: readonly ProducerPlan[];
  readonly readers: readonly ReaderPlan[];
  /** Whether a stranger takes over the id of the first producer in the middle of its messages. */
  readonly fence: "no" | "fatal" | "reclaimed";
  /** What happens to one request after the other; to all that come later, nothing. */
  readonly faults: readonly Fault[];
}

const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  { arbitrary: fc.constant(NONE), weight: 3 },
  fc.constant<Fault>({ type: "lose request" }),
  { arbitrary: fc.constant<Fault>({ type: "lose answer" }), weight: 2 },
  fc.constant<Fault>({ type: "spoil answer" }),
  fc.constantFrom(500 as const, 503 as const).map((status): Fault => ({ type: "refuse", status })),
  fc.constantFrom("0", "0", "0", "1").map((retryAfter): Fault => ({ type: "refuse", status: 429, retryAfter })),
  {
    arbitrary: fc
      .record({ at: fc.oneof(fc.nat(40), fc.nat(2_000)), gently: fc.boolean() })
      .map((cut): Fault => ({ type: "cut answer", ...cut })),
    weight: 3,
  },
  fc.record({ there: fc.nat(30), back: fc.nat(30) }).map((delay): Fault => ({ type: "delay", ...delay })),
  fc.nat(20).map((afterMs): Fault => ({ type: "repeat", afterMs })),
);

const anyProducer: fc.Arbitrary<ProducerPlan> = fc
  .record({
    messages: fc.integer({ min: 1, max: 12 }),
    maxBatchMessages: fc.integer({ min: 1, max: 6 }),
    maxInFlight: fc.integer({ min: 1, max: 5 }),
    lingerMs: fc.constantFrom(0, 0, 2, 10),
    maxBufferedBytes: fc.constantFrom(300, 1_000_000),
    crashes: fc.array(fc.nat(12), { maxLength: 2 }),
  })
  .map((plan) => ({ ...plan, crashes: plan.crashes.filter((at) => at < plan.messages) }));

const anyReader: fc.Arbitrary<ReaderPlan> = fc.record({
  live: fc.constantFrom<LiveMode>(false, "long-poll", "sse", "auto"),
  restarts: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
});

/** Schedules of up to 3 producers, 3 readers and 40 faults. */
export const anySchedule: fc.Arbitrary<Schedule> = fc.record({
  contentType: fc.constantFrom(
    "application/json" as const,
    "application/json" as const,
    "text/plain" as const,
    "application/octet-stream" as const,
  ),
  pageBytes: fc.integer({ min: 300, max: 3_000 }),
  producers: fc.array(anyProducer, { minLength: 1, maxLength: 3 }),
  readers: fc.array(anyReader, { minLength: 1, maxLength: 3 }),
  fence: fc.constantFrom("no" as const, "no" as const, "fatal" as const, "reclaimed" as const),
  faults: fc.array(anyFault, { minLength: 5, maxLength: 40 }),
});
