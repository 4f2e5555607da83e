import type { Part } from "../bench.ts";
import { ratio } from "../figure.ts";
import { arrayBody, storedMessages } from "../load/content.ts";
import { duel } from "../load/duel.ts";
import { HttpClient } from "../load/http-client.ts";
import { StreamClient } from "../load/stream-client.ts";

const LONG_MESSAGES = 20_000;
const MESSAGES_PER_APPEND = 1000;
const LENGTH = { rounds: 20, requests: 100 };
/** Small enough for many appends to go before a stream cannot be called empty any more. */
const MESSAGE = Buffer.from('{"token":"word"}');

/** An append to a long stream against one to a stream that has just begun. */
export const appendCost: Part = {
  name: "append/cost",
  async *run(bench) {
    await using server = await bench.streams("append-cost");
    const http = new HttpClient(server.origin);
    const long = new StreamClient(http, "long");
    await long.create();
    for (let first = 0; first < LONG_MESSAGES; first += MESSAGES_PER_APPEND) {
      await long.append(arrayBody(storedMessages(first, MESSAGES_PER_APPEND)));
    }
    let round = 0;
    let fresh = long;
    const { pid } = server;
    const { subject, base } = await duel(
      { pid, request: () => long.append(MESSAGE) },
      {
        pid,
        async prepare() {
          fresh = new StreamClient(http, `fresh-${round++}`);
          await fresh.create();
        },
        request: () => fresh.append(MESSAGE),
      },
      LENGTH,
    );
    http.close();
    const what = `append to a stream of ${LONG_MESSAGES} messages / to an empty one`;
    yield ratio(`${what}, median time`, [subject.time, base.time], "ms");
    yield ratio(`${what}, server CPU`, [subject.cpu, base.cpu], "ms");
  },
};
