import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { Client, status } from "./client.ts";
import { probe } from "./probe.ts";
import { registrations } from "./storage.ts";

const client = new Client("PROBED");
const JSON_TYPE = { "Content-Type": "application/json" };

beforeEach(() => probe.reset());

test("200 parallel appends land once each, each whole", async () => {
  await client.put("parallel", { headers: JSON_TYPE });
  const numbers = Array.from({ length: 200 }, (_, at) => at);
  const answers = await Promise.all(
    numbers.map((number) => status(client.post("parallel", `[${number},${number}]`, { headers: JSON_TYPE }))),
  );
  const stored: unknown = JSON.parse(await client.text("parallel"));
  expect(new Set(answers)).toEqual(new Set([204]));
  if (!Array.isArray(stored)) throw new TypeError("A JSON stream reads as an array");
  expect(stored.filter((_, at) => at % 2 === 0).sort((a, b) => a - b)).toEqual(numbers);
  expect(stored.filter((_, at) => at % 2 === 1)).toEqual(stored.filter((_, at) => at % 2 === 0));
});

test("of 20 parallel creations of one stream one creates it", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => status(client.put("created"))));
  expect(answers.sort()).toEqual([...Array(19).fill(200), 201]);
});

test("of 20 parallel appends with one Stream-Seq one is accepted", async () => {
  await client.put("seq");
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => status(client.post("seq", "x", { headers: { "Stream-Seq": "1" } }))),
  );
  expect(answers.sort()).toEqual([204, ...Array(19).fill(409)]);
});

test("of 20 parallel repetitions of a producer's request one is stored", async () => {
  await client.put("repeated");
  const headers = { "Producer-Id": "p", "Producer-Epoch": "0", "Producer-Seq": "0" };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => status(client.post("repeated", "x", { headers }))),
  );
  expect(answers.sort()).toEqual([200, ...Array(19).fill(204)]);
  expect(await client.text("repeated")).toBe("x");
});

test("parallel appends, closed in their midst, are either refused or stored before the end", async () => {
  await client.put("closing", { headers: JSON_TYPE });
  const append = (number: number) => status(client.post("closing", String(number), { headers: JSON_TYPE }));
  const before = Array.from({ length: 50 }, (_, at) => append(at));
  const close = status(client.close("closing"));
  const after = Array.from({ length: 50 }, (_, at) => append(50 + at));
  const answers = await Promise.all([...before, ...after]);
  expect(await close).toBe(204);
  const accepted = answers.flatMap((answer, number) => (answer === 204 ? [number] : []));
  const stored: unknown[] = JSON.parse(await client.text("closing"));
  expect(stored.map(Number).sort((a, b) => a - b)).toEqual(accepted);
});

describe("deletion and creation at once", () => {
  const sliding = { "Stream-TTL": "3600" };

  test("leave a stream that was acknowledged last, with its alarm, whatever freed storage meanwhile", async () => {
    for (let round = 0; round < 30; round++) {
      const path = `swap/${round}`;
      await client.put(path, { body: "old" });
      const requests = [
        status(client.delete(path)),
        status(client.get(path)),
        status(client.put(path, { body: "new", headers: sliding })),
      ];
      const [, , created] = await Promise.all(requests);
      await client.crash(path);
      const after = await client.get(path);
      const alarm = await client.inside(path, ({ storage }) => storage.getAlarm());
      const expected = created === 201 ? [200, "new", true] : [404, expect.any(String), false];
      expect([after.status, await after.text(), alarm !== null]).toEqual(expected);
    }
  });

  test("of a fork leave its source with one registration or none", async () => {
    await client.put("origin", { body: "inherited" });
    for (let round = 0; round < 10; round++) {
      await client.fork("swapped", "origin");
      const [, created] = await Promise.all([
        status(client.delete("swapped")),
        status(client.fork("swapped", "origin")),
      ]);
      const exists = (await status(client.head("swapped"))) === 200;
      expect(await registrations(client, "origin")).toBe(exists ? 1 : 0);
      expect([200, 201]).toContain(created);
      await status(client.delete("swapped"));
    }
  });
});

describe("a producer's pipelined requests", () => {
  const COUNT = 12;
  const numbers = Array.from({ length: COUNT }, (_, at) => at);

  const send = async (path: string, seq: number) => {
    const headers = { ...JSON_TYPE, "Producer-Id": "p", "Producer-Epoch": "0", "Producer-Seq": String(seq) };
    const answer = await client.post(path, String(seq), { headers });
    const expected = answer.headers.get("Producer-Expected-Seq");
    return { seq, status: answer.status, expected: expected === null ? undefined : Number(expected) };
  };

  test("in any order leave no hole and no duplicate, and each refusal names the next seq", async () => {
    let run = 0;
    const orders = fc.shuffledSubarray(numbers, { minLength: COUNT, maxLength: COUNT });
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const path = `pipelined/${run++}`;
        await client.put(path, { headers: JSON_TYPE });
        let left = order;
        while (left.length > 0) {
          const next = COUNT - left.length;
          const answers = await Promise.all(left.map((seq) => send(path, seq)));
          const refused = answers.filter((answer) => answer.status === 409);
          for (const { expected = -1, seq } of refused) {
            expect(expected).toBeGreaterThanOrEqual(next);
            expect(expected).toBeLessThan(seq);
          }
          left = refused.map(({ seq }) => seq);
        }
        expect(await client.text(path)).toBe(JSON.stringify(numbers));
      }),
      { numRuns: 15 },
    );
  });

  test("of which one is missing are refused until it comes", async () => {
    await client.put("missing", { headers: JSON_TYPE });
    await send("missing", 0);
    const early = await Promise.all([2, 3, 4].map((seq) => send("missing", seq)));
    expect(early.map(({ status, expected }) => [status, expected])).toEqual(Array(3).fill([409, 1]));
    for (const seq of [1, 2, 3, 4]) await send("missing", seq);
    expect(await client.text("missing")).toBe("[0,1,2,3,4]");
  });
});
