import type { Part } from "../bench.ts";
import { ratio } from "../figure.ts";
import { arrayBody, storedMessages } from "../load/content.ts";
import { HttpClient } from "../load/http-client.ts";
import { median } from "../load/statistics.ts";
import { StreamClient } from "../load/stream-client.ts";
import { type Turn, takeTurns, timed } from "../load/turns.ts";

const LONG_MESSAGES = 20_000;
const MESSAGES_PER_APPEND = 1000;
const ROUNDS = 20;
const APPENDS = 100;
/** Small enough for many appends to go before a stream cannot be called empty any more. */
const MESSAGE = Buffer.from('{"token":"word"}');

/** An append to a long stream against one to a stream that has just begun. */
export const appendCost: Part = {
  name: "append/cost",
  async *run(bench) {
    await using server = await bench.streams("append-cost");
    const http = new HttpClient(server.origin);
    const { pid } = server;
    const long = new StreamClient(http, "long");
    await long.create();
    for (let first = 0; first < LONG_MESSAGES; first += MESSAGES_PER_APPEND) {
      await long.append(arrayBody(storedMessages(first, MESSAGES_PER_APPEND)));
    }
    let round = 0;
    let fresh = long;
    const prepare = async (): Promise<void> => {
      fresh = new StreamClient(http, `fresh-${round++}`);
      await fresh.create();
    };
    const turns = await takeTurns(
      [
        ["long", { pid, act: () => timed(APPENDS, () => long.append(MESSAGE)) }],
        ["fresh", { pid, prepare, act: () => timed(APPENDS, () => fresh.append(MESSAGE)) }],
      ],
      ROUNDS,
    );
    http.close();
    const both = (of: (turns: readonly Turn[]) => number): [number, number] => [
      of(turns.get("long") ?? []),
      of(turns.get("fresh") ?? []),
    ];
    const what = `append to a stream of ${LONG_MESSAGES} messages / to an empty one`;
    const time = both((taken) => median(taken.flatMap(({ latencies }) => latencies)));
    yield ratio(`${what}, median time`, time, "ms");
    const cpu = both((taken) => median(taken.map((turn) => turn.cpu)));
    yield ratio(`${what}, server CPU`, cpu, "ms");
  },
};
