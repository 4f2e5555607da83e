import type { Part } from "../../bench.ts";
import { arrayBody, storedMessages } from "../../load/content.ts";
import { timed } from "../../load/turns.ts";
import { Arena } from "../arena.ts";
import { CPU, compare, P50, P99 } from "../comparison.ts";
import { ContestedStream } from "../contestants/contestant.ts";

const ROUNDS = 40;
const APPENDS = 60;
const BODY = arrayBody(storedMessages(0, 1));

/** One append after the other, on one connection. */
export const compareAppend: Part = {
  name: "compare/append",
  async *run(bench) {
    await using arena = await Arena.open(bench, "append");
    const turns = await arena.contest(async (contestant) => {
      const http = arena.connect(contestant);
      await contestant.create(http, "sequential");
      const stream = new ContestedStream(http, contestant, "sequential");
      return { pid: contestant.pid, act: () => timed(APPENDS, () => stream.append(BODY)) };
    }, ROUNDS);
    const what = "append of 1 kB, one at a time";
    yield compare(what, turns, P50, { atMost: 1.15 });
    yield compare(what, turns, P99);
    yield compare(what, turns, CPU, { atMost: 1.25 });
    yield arena.memory("appends");
  },
};
