import type { Part } from "../bench.ts";
import { ratio } from "../figure.ts";
import { arrayBody, storedMessages } from "../load/content.ts";
import { duel } from "../load/duel.ts";
import { FloorClient } from "../load/floor-client.ts";
import { HttpClient } from "../load/http-client.ts";
import { StreamClient } from "../load/stream-client.ts";

const LENGTH = { rounds: 20, requests: 200 };
const SIZES = [1, 100];

/** A sequential append against the least that an object can do for it: one `INSERT`. */
export const floorAppend: Part = {
  name: "floor/append",
  async *run(bench) {
    await using streams = await bench.streams("floor-append");
    await using floor = await bench.floor("floor-append");
    const streamsHttp = new HttpClient(streams.origin);
    const floorHttp = new HttpClient(floor.origin);
    for (const messages of SIZES) {
      const body = arrayBody(storedMessages(0, messages));
      const stream = new StreamClient(streamsHttp, `of-${messages}`);
      const rows = new FloorClient(floorHttp, `of-${messages}`);
      await stream.create();
      const { subject, base } = await duel(
        { pid: streams.pid, request: () => stream.append(body) },
        { pid: floor.pid, request: () => rows.append(body) },
        LENGTH,
      );
      const what = `append of ${messages} × 1 kB JSON / bare INSERT`;
      yield ratio(`${what}, median time`, [subject.time, base.time], "ms");
      yield ratio(`${what}, server CPU`, [subject.cpu, base.cpu], "ms");
    }
    streamsHttp.close();
    floorHttp.close();
  },
};
