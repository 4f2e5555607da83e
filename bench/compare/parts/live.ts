import type { Part } from "../../bench.ts";
import { Crowd, MARK } from "../../load/crowd.ts";
import { type Side, timed } from "../../load/turns.ts";
import { Arena } from "../arena.ts";
import { CPU, compare, ELAPSED, type Measure, P50, P99 } from "../comparison.ts";
import { type Contestant, ContestedStream } from "../contestants/contestant.ts";

/** A token, as a model would write it, and the mark that readers count. */
const BODY = Buffer.from(JSON.stringify(`word ${MARK}`));

const LATENCY = { rounds: 30, readers: 1, events: 25 };
const FAN_OUTS = [
  { rounds: 10, readers: 200, events: 50, target: { atMost: 1.25 } },
  { rounds: 4, readers: 2000, events: 10 },
];
/** Turns of the reference server before many readers, which take it ten times as long. */
const REFERENCE_ROUNDS = 1;

/** The time from sending an append to the moment that a reader has it. */
export const compareLive: Part = {
  name: "compare/live",
  async *run(bench) {
    await using arena = await Arena.open(bench, "live");
    const turns = await arena.contest((contestant) => oneByOne(arena, contestant), LATENCY.rounds);
    const what = "delivery over SSE";
    yield compare(what, turns, P50, { atMost: 1.2 });
    yield compare(what, turns, P99);
    yield compare(what, turns, CPU);
    yield arena.memory("delivering");
  },
};

/** The time until every one of many readers has every event. */
export const compareFanOut: Part = {
  name: "compare/fan-out",
  async *run(bench) {
    for (const { rounds, readers, events, target } of FAN_OUTS) {
      await using arena = await Arena.open(bench, `fan-out-${readers}`);
      const turns = await arena.contest((contestant) => inARow(arena, contestant, readers, events), rounds);
      const what = `fan-out to ${readers} readers, ${events} events`;
      yield compare(what, turns, perEvent(ELAPSED), target);
      yield compare(what, turns, perEvent(CPU));
      yield arena.memory(what);
    }
  },
};

const perEvent = (measure: Measure): Measure => ({ ...measure, name: `${measure.name} an event` });

/** Each event is waited for before the next one is sent. */
async function oneByOne(arena: Arena, contestant: Contestant): Promise<Side> {
  const { stream, gather } = await audience(arena, contestant);
  let crowd: Crowd | undefined;
  return {
    pid: contestant.pid,
    async prepare() {
      crowd = await gather(LATENCY.readers);
    },
    async finish() {
      crowd?.close();
    },
    act: () =>
      timed(LATENCY.events, async (index) => {
        const appended = stream.append(BODY);
        await crowd?.reached(index + 1);
        // The answer itself is not measured, but a connection takes one request at a time.
        await appended;
      }),
  };
}

/** Events are sent one after the other, whether or not the readers have got the one before. */
async function inARow(arena: Arena, contestant: Contestant, readers: number, events: number): Promise<Side> {
  const { stream, gather } = await audience(arena, contestant);
  let crowd: Crowd | undefined;
  return {
    pid: contestant.pid,
    ...(contestant.name === "reference" && { rounds: REFERENCE_ROUNDS }),
    async prepare() {
      crowd = await gather(readers);
    },
    async finish() {
      crowd?.close();
    },
    async act() {
      const latencies = await timed(events, () => stream.append(BODY));
      await crowd?.reached(events);
      return latencies;
    },
  };
}

async function audience(arena: Arena, contestant: Contestant) {
  const http = arena.connect(contestant);
  await contestant.create(http, "live");
  const target = `${contestant.pathOf("live")}?offset=now&live=sse`;
  return {
    stream: new ContestedStream(http, contestant, "live"),
    gather: (size: number) => Crowd.open(contestant.origin, target, size),
  };
}
