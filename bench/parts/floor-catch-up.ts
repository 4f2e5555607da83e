import type { Part } from "../bench.ts";
import { MB, ratio } from "../figure.ts";
import { arrayBody, MESSAGE_BYTES, storedMessages } from "../load/content.ts";
import { duel } from "../load/duel.ts";
import { FloorClient } from "../load/floor-client.ts";
import { HttpClient } from "../load/http-client.ts";
import { StreamClient } from "../load/stream-client.ts";

const STREAM_BYTES = 10 * MB;
const MESSAGES = STREAM_BYTES / MESSAGE_BYTES;
const FLOOR_ROW_BYTES = 1024 * 1024;
const LENGTH = { rounds: 20, requests: 2 };
const SIZES = [100, 1];

/** Reading a stream against rows that were stored in the best of sizes and are sent as they are. */
export const floorCatchUp: Part = {
  name: "floor/catch-up",
  async *run(bench) {
    await using streams = await bench.streams("floor-catch-up");
    await using floor = await bench.floor("floor-catch-up");
    const streamsHttp = new HttpClient(streams.origin);
    const floorHttp = new HttpClient(floor.origin);
    const whole = arrayBody(storedMessages(0, MESSAGES));
    const rows = new FloorClient(floorHttp, "rows");
    for (let start = 0; start < whole.length; start += FLOOR_ROW_BYTES) {
      await rows.append(whole.subarray(start, start + FLOOR_ROW_BYTES));
    }
    for (const perAppend of SIZES) {
      const stream = new StreamClient(streamsHttp, `by-${perAppend}`);
      await stream.create();
      for (let first = 0; first < MESSAGES; first += perAppend) {
        await stream.append(arrayBody(storedMessages(first, perAppend)));
      }
      const { subject, base } = await duel(
        { pid: streams.pid, request: async () => requireLength(await stream.drain("-1"), whole.length) },
        { pid: floor.pid, request: async () => requireLength(await rows.read(), whole.length) },
        LENGTH,
      );
      const what = `catch-up of 10 MB JSON, ${perAppend} × 1 kB an append / 1 MiB rows`;
      yield ratio(`${what}, median time`, [subject.time, base.time], "ms");
      yield ratio(`${what}, server CPU`, [subject.cpu, base.cpu], "ms");
    }
    streamsHttp.close();
    floorHttp.close();
  },
};

function requireLength(length: number, expected: number): void {
  if (length !== expected) throw new Error(`${length} of ${expected} bytes came back`);
}
