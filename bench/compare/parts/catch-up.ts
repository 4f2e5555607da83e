import type { Part } from "../../bench.ts";
import { bytesBelow, MB } from "../../figure.ts";
import { arrayBody, MESSAGE_BYTES, storedMessages } from "../../load/content.ts";
import { timed } from "../../load/turns.ts";
import { memoryGrowth } from "../../runtime/process-memory.ts";
import { Arena } from "../arena.ts";
import { CPU, compare, throughput } from "../comparison.ts";
import { type Contestant, ContestedStream } from "../contestants/contestant.ts";

const ROUNDS = 20;
const READS = 2;
const STREAM_MB = 10;
const STREAM_BYTES = STREAM_MB * MB;
const MESSAGES = STREAM_BYTES / MESSAGE_BYTES;
const FLOOR_ROW_BYTES = 1024 * 1024;
const MEMORY_BOUND_BYTES = 32 * MB;
/** The memory of a few more reads after those that everybody's buffers have grown with. */
const WATCHED_READS = 4;

const SHAPES = [
  { perAppend: 100, atLeast: 0.7 },
  { perAppend: 1, atLeast: 0.6 },
];

/** Reading a stream, against rows that were stored in the best of sizes and are sent as they are. */
export const compareCatchUp: Part = {
  name: "compare/catch-up",
  async *run(bench) {
    await using arena = await Arena.open(bench, "catch-up");
    const whole = arrayBody(storedMessages(0, MESSAGES));
    for (const { perAppend, atLeast } of SHAPES) {
      const reads = new Map<Contestant, () => Promise<void>>();
      const turns = await arena.contest(async (contestant) => {
        const http = arena.connect(contestant);
        const name = `by-${perAppend}`;
        await contestant.create(http, name);
        const stream = new ContestedStream(http, contestant, name);
        await fill(stream, contestant.name === "floor" ? rowsOf(whole) : appendsOf(perAppend));
        const read = async (): Promise<void> => requireLength(await stream.read(), whole.length);
        reads.set(contestant, read);
        return { pid: contestant.pid, act: () => timed(READS, read) };
      }, ROUNDS);
      const what = `catch-up of ${STREAM_MB} MB, ${perAppend} × 1 kB an append`;
      yield compare(what, turns, throughput("MB/s", STREAM_MB), { atLeast });
      yield compare(what, turns, CPU);
      for (const [{ name, pid }, read] of reads) {
        const growth = await memoryGrowth(pid, async () => void (await timed(WATCHED_READS, read)));
        const figure = bytesBelow(`${what}, memory growth, ${name}`, growth, MEMORY_BOUND_BYTES);
        yield name === "ours" ? figure : { name: figure.name, value: figure.value };
      }
    }
    yield arena.memory("catching up");
  },
};

async function fill(stream: ContestedStream, bodies: Iterable<Uint8Array>): Promise<void> {
  for (const body of bodies) await stream.append(body);
}

function* rowsOf(whole: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < whole.length; start += FLOOR_ROW_BYTES) {
    yield whole.subarray(start, start + FLOOR_ROW_BYTES);
  }
}

function* appendsOf(perAppend: number): Generator<Uint8Array> {
  for (let first = 0; first < MESSAGES; first += perAppend) yield arrayBody(storedMessages(first, perAppend));
}

function requireLength(length: number, expected: number): void {
  if (length !== expected) throw new Error(`${length} of ${expected} bytes came back`);
}
