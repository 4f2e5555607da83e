import type { Socket } from "node:net";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { numberFrom } from "../differential/run.ts";
import { SseReader } from "../support/sse.ts";
import { JSON_BODIES } from "./corpus.ts";
import { LIMITS, OPTIONS } from "./limits.ts";
import { exchange, open, statusOn } from "./raw-socket.ts";
import { rawRequest } from "./requests.ts";
import type { Target } from "./target.ts";

/** `HOSTILE_RUNS=100000` goes on for longer; `HOSTILE_SEED` repeats a run. */
const runs = numberFrom("HOSTILE_RUNS", 150);
const seed = numberFrom("HOSTILE_SEED", Math.floor(Math.random() * 2 ** 31));
const JSON_TYPE = "application/json";
const PATIENCE = { timeout: 30_000, interval: 25 };

/** How much a process grows for reasons of its own. */
const NOISE_BYTES = 8 * 1024 * 1024;

/** What every server must take without harm. */
export function itDefendsItself(what: string, start: () => Promise<Target>): void {
  describe(what, () => {
    let target: Target;
    let streams = 0;
    const sockets: Socket[] = [];

    const urlOf = (path: string): string => `${target.origin}/v1/stream/${path}`;
    const call = (path: string, method: string, headers: Record<string, string> = {}, body?: BodyInit) =>
      fetch(urlOf(path), { method, headers, ...(body !== undefined && { body, duplex: "half" }) });
    const append = (path: string, body: BodyInit, headers: Record<string, string> = {}, type = JSON_TYPE) =>
      call(path, "POST", { "Content-Type": type, ...headers }, body);
    const text = async (path: string): Promise<string> => (await call(path, "GET")).text();
    const watching = (path: string) => expect.poll(async () => (await target.vitals(path)).watching, PATIENCE);

    /** A stream of its own for each test. */
    async function created(type = JSON_TYPE, body?: string): Promise<string> {
      const path = `s${streams++}`;
      expect((await call(path, "PUT", { "Content-Type": type }, body)).status).toBe(201);
      return path;
    }

    /** Connections that send what they are given, and then stay. */
    async function crowd(count: number, request: string): Promise<readonly Socket[]> {
      const all: Socket[] = [];
      while (all.length < count) {
        const some = await Promise.all(
          Array.from({ length: Math.min(100, count - all.length) }, () => open(target.origin)),
        );
        for (const socket of some) socket.write(request);
        all.push(...some);
      }
      sockets.push(...all);
      return all;
    }

    beforeAll(async () => {
      target = await start();
    });
    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.resetAndDestroy();
    });
    afterAll(() => target.stop());

    test(
      `answers whatever comes over a connection, and never with a failure (seed ${seed})`,
      async () => {
        const path = await created();
        await call("a", "PUT", { "Content-Type": JSON_TYPE });
        await fc.assert(
          fc.asyncProperty(rawRequest, async (request) => {
            const status = await exchange(target.origin, request);
            // 501 and 505 come from parsers of HTTP itself, for methods and versions that there are not.
            expect(status < 500 || status === 501 || status === 505 ? "answered" : status).toBe("answered");
          }),
          { seed, numRuns: runs },
        );
        expect((await append(path, "1")).status).toBe(204);
        await watching("a").toBe(0);
        expect([(await target.vitals("a")).failures, (await target.vitals(path)).failures]).toEqual([0, 0]);
      },
      60_000 + runs * 200,
    );

    test("takes of JSON what JSON is, and hands it out as such", async () => {
      const path = await created();
      const taken: unknown[] = [];
      for (const body of JSON_BODIES) {
        const value = parsed(body);
        const isTaken = value !== undefined && !(Array.isArray(value) && value.length === 0);
        expect([(await append(path, new Uint8Array(body))).status, describeBytes(body)]).toEqual([
          isTaken ? 204 : 400,
          describeBytes(body),
        ]);
        if (isTaken) taken.push(...(Array.isArray(value) ? value : [value]));
      }
      const read: unknown = JSON.parse(await text(path));
      expect(Array.isArray(read) && read.length).toBe(taken.length);
      expect((await target.vitals(path)).failures).toBe(0);
    });

    test("refuses a body that is too large, announced or not, and serves on over the same connection", async () => {
      const path = await created("text/plain");
      const large = "x".repeat(OPTIONS.maxBodyBytes + 1);
      expect((await append(path, large, {}, "text/plain")).status).toBe(413);
      expect((await append(path, new Blob([large]).stream(), {}, "text/plain")).status).toBe(413);
      expect((await append(path, large.slice(1), {}, "text/plain")).status).toBe(204);
      expect((await text(path)).length).toBe(OPTIONS.maxBodyBytes);
    });

    test("ends a body that does not end", async () => {
      const path = await created("text/plain");
      const [socket] = await crowd(
        1,
        `POST /v1/stream/${path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      if (socket === undefined) throw new Error("There is no connection");
      const status = statusOn(socket);
      let answered = false;
      void status.then(() => {
        answered = true;
      });
      const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
      while (!answered) {
        const isRoom = socket.write(chunk);
        await (isRoom ? new Promise(setImmediate) : Promise.race([status, drained(socket)]));
      }
      // Answered, or cut off.
      expect([413, 0]).toContain(await status);
      expect(await text(path)).toBe("");
      expect((await target.vitals(path)).failures).toBe(0);
    });

    test("waits for slow bodies without making anybody else wait, and stores nothing of those that never come", async () => {
      const path = await created("text/plain");
      const slow = `POST /v1/stream/${path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nslow`;
      const all = await crowd(100, slow);
      expect((await append(path, "fast", {}, "text/plain")).status).toBe(204);
      for (const socket of all) socket.resetAndDestroy();
      expect((await append(path, "er", {}, "text/plain")).status).toBe(204);
      expect(await text(path)).toBe("faster");
      expect((await target.vitals(path)).failures).toBe(0);
    });

    test("takes a flood of headers, or refuses it", async () => {
      const path = await created();
      const get = `GET /v1/stream/${path} HTTP/1.1\r\nHost: x\r\n`;
      const flood = (count: number, size: number): string =>
        Array.from({ length: count }, (_, at) => `X-${at}: ${"y".repeat(size)}\r\n`).join("");
      expect(await exchange(target.origin, get, flood(100, 50), "\r\n")).toBe(200);
      for (const headers of [flood(5000, 50), flood(1, 1_000_000), flood(200, 10_000)]) {
        const status = await exchange(target.origin, get, headers, "\r\n");
        expect(status === 0 || status === 200 || (status >= 400 && status < 500)).toBe(true);
      }
      expect((await call(path, "GET")).status).toBe(200);
    });

    test("bears 1,000 readers of events that never read and then vanish, and keeps nothing of them", async () => {
      const path = await created("text/plain", "x".repeat(8192));
      const reader = `GET /v1/stream/${path}?offset=-1&live=sse HTTP/1.1\r\nHost: x\r\n\r\n`;
      const { memory } = target;
      const used = memory === undefined ? [] : [memory()];
      for (const round of memory === undefined ? ["only"] : ["first", "second"]) {
        const all = await crowd(1000, reader);
        await Promise.all(all.map(answerArrived));
        const healthy = new SseReader(await fetch(`${urlOf(path)}?offset=now&live=sse`));
        await healthy.next();
        for (const part of ["a", "b", "c"]) {
          expect((await append(path, part + round, {}, "text/plain")).status).toBe(204);
          await expect(nextData(healthy)).resolves.toBe(part + round);
        }
        await healthy.cancel();
        for (const socket of all) socket.resetAndDestroy();
        await watching(path).toBe(0);
        if (memory !== undefined) used.push(memory());
      }
      expect((await append(path, "after", {}, "text/plain")).status).toBe(204);
      expect((await target.vitals(path)).failures).toBe(0);
      const [before = 0, first = 1, second = 1] = used;
      // What the first thousand needed is used again; were they kept, the second would need as much once more. Where the
      // first found room that was free already, that tells nothing, and a thousand would still need much more than this.
      expect(second - first).toBeLessThan(Math.max((first - before) / 2, NOISE_BYTES));
    }, 120_000);

    test("forgets 300 long-polls that vanish", async () => {
      const path = await created();
      const all = await crowd(300, `GET /v1/stream/${path}?offset=now&live=long-poll HTTP/1.1\r\nHost: x\r\n\r\n`);
      await watching(path).toBe(300);
      for (const socket of all) socket.resetAndDestroy();
      // An object is not told of a client that leaves while it waits: the next change finds out.
      expect((await append(path, "1")).status).toBe(204);
      await watching(path).toBe(0);
    });

    test("refuses producers beyond the limit with 429, and evicts none of those before", async () => {
      const path = await created();
      const batch = (id: number, seq: number) =>
        append(path, `"${id}-${seq}"`, { "Producer-Id": `p${id}`, "Producer-Epoch": "0", "Producer-Seq": `${seq}` });
      const flood = Array.from({ length: LIMITS.maxProducers * 3 }, (_, id) => id);
      const statuses = [];
      for (const id of flood) statuses.push((await batch(id, 0)).status);
      expect(statuses).toEqual(flood.map((id) => (id < LIMITS.maxProducers ? 200 : 429)));
      for (const id of [0, LIMITS.maxProducers - 1]) {
        expect((await batch(id, 0)).status).toBe(204);
        expect((await batch(id, 1)).status).toBe(200);
      }
      expect((await batch(LIMITS.maxProducers, 0)).status).toBe(429);
      expect((await append(path, "1")).status).toBe(204);
      expect(JSON.parse(await text(path)).length).toBe(LIMITS.maxProducers + 3);
    });
  });
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What JSON says it is, or `undefined`. */
function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(strict.decode(body));
  } catch {
    return undefined;
  }
}

const describeBytes = (body: Uint8Array): string =>
  `${body.length} bytes: ${new TextDecoder().decode(body.subarray(0, 30))}`;

const drained = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once("drain", resolve));

/** Resolves when something has arrived, which stays unread. */
const answerArrived = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once("readable", resolve));

async function nextData(reader: SseReader): Promise<string | undefined> {
  for (;;) {
    const event = await reader.next();
    if (event === undefined || event.type === "data") return event?.data;
  }
}
