import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DurableStream } from "../../src/client/index.ts";
import { Command } from "./command.ts";
import { type Fault, type FaultyProxy, NONE, startFaultyProxy } from "./faulty-proxy.ts";
import { perform } from "./schedules/perform.ts";
import { anySchedule, type Schedule } from "./schedules/schedule.ts";
import { ServedSmallPages } from "./served-worker.ts";

/** How many schedules are run; more for a longer search. */
const SCHEDULES = Number(process.env.CLIENT_SCHEDULES ?? 200);
/** Of the first one; the same seed makes the same schedules. */
const SEED = Number(process.env.CLIENT_SEED ?? Date.now() % 2 ** 31);
const AT_A_TIME = 16;

const CHILD = fileURLToPath(new URL("../client/producer/crash-child.ts", import.meta.url));
const BAD_LUCK: readonly Fault[] = [
  NONE,
  { type: "lose answer" },
  { type: "spoil answer" },
  { type: "delay", there: 20, back: 20 },
  { type: "repeat", afterMs: 5 },
  { type: "lose request" },
];

let server: ServedSmallPages;
let proxy: FaultyProxy;
/** What is still to happen to the requests of each stream. */
const faults = new Map<string, Fault[]>();

beforeAll(async () => {
  server = await ServedSmallPages.start();
  proxy = await startFaultyProxy(server.origin, nextFault);
});

afterAll(async () => {
  proxy.close();
  await server.stop();
});

function nextFault({ url = "" }: IncomingMessage): Fault {
  return faults.get(url.split("?")[0] ?? "")?.shift() ?? NONE;
}

function run(name: string, schedule: Schedule, onAcknowledged?: () => void): Promise<void> {
  const path = `/v1/stream/${name}.${schedule.pageBytes}`;
  faults.set(path, [...schedule.faults]);
  return perform({ server: () => server.origin, proxy: proxy.origin }, path, schedule, onAcknowledged);
}

/** Runs tasks, a few at a time. The first failure ends it all. */
async function inLanes<T>(tasks: readonly T[], run: (task: T, index: number) => Promise<void>): Promise<void> {
  const waiting = tasks.entries();
  const lane = async (): Promise<void> => {
    for (const [index, task] of waiting) await run(task, index);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
}

test(
  `${SCHEDULES} schedules of faults from seed ${SEED} lose, repeat and reorder nothing`,
  async () => {
    console.log(`CLIENT_SEED=${SEED} CLIENT_SCHEDULES=${SCHEDULES}`);
    const schedules = fc.sample(anySchedule, { seed: SEED, numRuns: SCHEDULES });
    await inLanes(schedules, async (schedule, index) => {
      try {
        await run(`schedule-${index}`, schedule);
      } catch (cause) {
        throw new Error(`Schedule ${index} of seed ${SEED}: ${cause}\n${JSON.stringify(schedule)}`, { cause });
      }
    });
    // What was to be put to the test did happen.
    expect(new Set(proxy.faults).size).toBe(8);
  },
  60_000 + SCHEDULES * 1_000,
);

test("everything is stored and read once while the server restarts under producers and readers", async () => {
  const schedule: Schedule = {
    contentType: "application/json",
    pageBytes: 1_000,
    fence: "no",
    faults: [],
    producers: [1, 3].map((maxBatchMessages) => ({
      messages: 100,
      maxBatchMessages,
      maxInFlight: 5,
      lingerMs: 0,
      maxBufferedBytes: 4_000,
      crashes: [],
    })),
    readers: ([false, "long-poll", "sse", "auto"] as const).map((live) => ({ live, restarts: [30, 60] })),
  };
  let acknowledged = 0;
  let restarts: Promise<void> = Promise.resolve();
  await Promise.all(
    [0, 1, 2].map((stream) =>
      run(`restarts-${stream}`, schedule, () => {
        acknowledged += 1;
        if (acknowledged % 125 === 0) restarts = restarts.then(restart);
      }),
    ),
  );
  await restarts;
  expect(acknowledged).toBe(600);
}, 120_000);

test("a producer whose process is killed again and again has everything it acknowledged stored once", async () => {
  const outbox = join(await mkdtemp(join(tmpdir(), "outbox-")), "record.json");
  const path = "/v1/stream/killed.1000";
  const url = `${server.origin}${path}`;
  await fetch(url, { method: "PUT", headers: { "Content-Type": "application/json" } });
  const produce = (from: number, to: number): Command =>
    new Command(["node", CHILD, `${proxy.origin}${path}`, outbox, String(from), String(to)]);
  const acknowledged: number[] = [];
  for (const killedAt of [7, 124, 231]) {
    faults.set(path, [...BAD_LUCK]);
    const from = Math.floor(killedAt / 100) * 100;
    await using killed = produce(from, from + 100);
    await killed.output(new RegExp(`ack ${killedAt}\n`));
    killed.kill("SIGKILL");
    const { stdout } = await killed.ended;
    acknowledged.push(...Array.from(stdout.matchAll(/ack (\d+)\n/g), ([, n]) => Number(n)));
  }
  await using last = produce(300, 310);
  expect(await last.ended).toMatchObject({ code: 0, stderr: "" });
  const stored: unknown[] = [];
  for await (const message of new DurableStream({ url }).read({ live: false })) stored.push(message);
  expect(stored).toEqual([...new Set(stored)].toSorted((a, b) => Number(a) - Number(b)));
  expect(stored).toEqual(expect.arrayContaining([...acknowledged, 300, 309]));
  await rm(dirname(outbox), { recursive: true });
});

async function restart(): Promise<void> {
  proxy.target = undefined;
  proxy.cut();
  await server.kill();
  await server.revive();
  proxy.target = server.origin;
}
