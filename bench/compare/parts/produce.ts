import type { Part } from "../../bench.ts";
import { arrayBody, storedMessages } from "../../load/content.ts";
import { timed } from "../../load/turns.ts";
import { Arena } from "../arena.ts";
import { CPU, compare, P50, throughput } from "../comparison.ts";
import { ContestedStream, producerHeaders } from "../contestants/contestant.ts";

const ROUNDS = 20;
const BATCHES = 40;
const BATCH = 100;
const BODY = arrayBody(storedMessages(0, BATCH));

/** Batches of a producer, one at a time; the floor stores them without asking who sends them. */
export const compareProduce: Part = {
  name: "compare/produce",
  async *run(bench) {
    await using arena = await Arena.open(bench, "produce");
    const turns = await arena.contest(async (contestant) => {
      const http = arena.connect(contestant);
      await contestant.create(http, "batches");
      const stream = new ContestedStream(http, contestant, "batches");
      let seq = 0;
      return {
        pid: contestant.pid,
        act: () => timed(BATCHES, () => stream.append(BODY, producerHeaders("bench", seq++))),
      };
    }, ROUNDS);
    const what = `batch of ${BATCH} × 1 kB by a producer`;
    yield compare(what, turns, P50);
    yield compare(what, turns, throughput("messages/s", BATCH));
    yield compare(what, turns, CPU);
    yield arena.memory("producing");
  },
};
