import type { Part } from "../../bench.ts";
import { arrayBody, storedMessages } from "../../load/content.ts";
import { type Side, timed } from "../../load/turns.ts";
import { Arena } from "../arena.ts";
import { CPU, compare, throughput } from "../comparison.ts";
import { type Contestant, ContestedStream } from "../contestants/contestant.ts";

const ROUNDS = 16;
const IN_FLIGHT = 16;
const APPENDS_EACH = 12;
const BODY = arrayBody(storedMessages(0, 1));

/** Sixteen appends at a time: all to one stream, and each to another one. */
export const compareAppendMany: Part = {
  name: "compare/append-many",
  async *run(bench) {
    await using arena = await Arena.open(bench, "append-many");
    for (const streams of [1, IN_FLIGHT]) {
      const turns = await arena.contest((contestant) => writers(arena, contestant, streams), ROUNDS);
      const what = `append of 1 kB, ${IN_FLIGHT} in flight on ${streams === 1 ? "1 stream" : `${streams} streams`}`;
      yield compare(what, turns, throughput("/s"), { atLeast: 0.85 });
      yield compare(what, turns, CPU);
    }
    yield arena.memory("appends at the same time");
  },
};

async function writers(arena: Arena, contestant: Contestant, streams: number): Promise<Side> {
  const names = Array.from({ length: streams }, (_, index) => `${streams}-${index}`);
  const http = arena.connect(contestant);
  for (const name of names) await contestant.create(http, name);
  const connections = Array.from({ length: IN_FLIGHT }, () => arena.connect(contestant));
  const written = connections.map(
    (connection, index) => new ContestedStream(connection, contestant, `${streams}-${index % streams}`),
  );
  const act = async (): Promise<number[]> => {
    const latencies = await Promise.all(written.map((stream) => timed(APPENDS_EACH, () => stream.append(BODY))));
    return latencies.flat();
  };
  return { pid: contestant.pid, act };
}
