import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type NodeServer, serveFetchHandler } from "../../support/node-server.ts";
import { memoryServer } from "./network.ts";

const CHILD = new URL("./crash-child.ts", import.meta.url).pathname;

interface Started {
  readonly child: ChildProcess;
  /** What the child says, line by line. */
  readonly lines: AsyncIterator<string>;
  readonly exited: Promise<void>;
}

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

function start(url: string, outbox: string, from: number, to: number): Started {
  const child = spawn(process.execPath, [CHILD, url, outbox, String(from), String(to)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  cleanUp.push(() => child.kill("SIGKILL"));
  return { child, exited, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

/** Reads a child's lines up to one that is wanted, or to the end. */
async function readUntil({ lines }: Started, wanted: (line: string, acks: number) => boolean): Promise<string[]> {
  const read: string[] = [];
  let acks = 0;
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    read.push(next.value);
    if (next.value.startsWith("ack ")) acks += 1;
    if (wanted(next.value, acks)) break;
  }
  return read;
}

const acknowledgedIn = (lines: readonly string[]): number[] =>
  lines.flatMap((line) => (line.startsWith("ack ") ? [Number(line.slice(4))] : []));

async function setUp() {
  const handler = memoryServer();
  /** Whether answers reach the producer; requests always reach the server. */
  const network = { answers: true };
  const { promise: stalled, resolve: stall } = Promise.withResolvers<void>();
  const server: NodeServer = await serveFetchHandler(async (request) => {
    const response = await handler(request);
    if (!network.answers) stall();
    return network.answers ? response : new Promise<Response>(() => {});
  });
  cleanUp.push(() => server.close());
  const directory = mkdtempSync(join(tmpdir(), "outbox-"));
  cleanUp.push(() => rmSync(directory, { recursive: true }));
  const url = `${server.origin}/v1/stream/crash`;
  await fetch(url, { method: "PUT", headers: { "Content-Type": "application/json" } });
  const stored = async (): Promise<number[]> => (await handler(new Request(`${url}?offset=-1`))).json();
  return { network, stalled, url, outbox: join(directory, "record.json"), stored };
}

describe("a producer whose process is killed", () => {
  it("has every message in its outbox stored exactly once after a restart", async () => {
    const { network, stalled, url, outbox, stored } = await setUp();
    network.answers = false;
    const killed = start(url, outbox, 0, 20);
    await readUntil(killed, (line) => line === "kept 20");
    await stalled;
    killed.child.kill("SIGKILL");
    await killed.exited;
    // The first one was stored, and nobody was told.
    expect(await stored()).toEqual([0]);
    network.answers = true;
    const restarted = start(url, outbox, 20, 25);
    expect((await readUntil(restarted, (line) => line === "done")).at(-1)).toBe("done");
    expect(await stored()).toEqual(Array.from({ length: 25 }, (_, n) => n));
  }, 30_000);

  it("loses and repeats nothing acknowledged when it is killed at any moment, again and again", async () => {
    const kills = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(kills, async (moments) => {
        const { url, outbox, stored } = await setUp();
        const acknowledged: number[] = [];
        let next = 0;
        for (const moment of moments) {
          const killed = start(url, outbox, next, next + 200);
          const lines = await readUntil(killed, (_, acks) => acks >= moment);
          killed.child.kill("SIGKILL");
          await killed.exited;
          acknowledged.push(...acknowledgedIn([...lines, ...(await readUntil(killed, () => false))]));
          next += 200;
        }
        await readUntil(start(url, outbox, next, next + 1), (line) => line === "done");
        const inStream = await stored();
        expect(inStream).toEqual([...new Set(inStream)].toSorted((a, b) => a - b));
        expect(inStream).toEqual(expect.arrayContaining(acknowledged));
        expect(acknowledged.length).toBeGreaterThan(0);
        expect(inStream.at(-1)).toBe(next);
      }),
      { numRuns: 1 },
    );
  }, 60_000);
});
