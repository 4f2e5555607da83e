import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, onTestFailed, test } from "vitest";
import { D1Store } from "../../../src/server/storage/d1/index.ts";
import { type FaultRates, faulty, seeded } from "./faults.ts";
import { empty } from "./harness.ts";
import { intercept } from "./intercept.ts";
import { type RaceOutcome, race } from "./race.ts";

const WRITERS = 8;
const TIMEOUT_MS = 240_000;
const RATES: FaultRates = { before: 0.03, after: 0.03, late: 0.03, slow: 0.1 };

beforeEach(empty);

function expectIntegrity({ acknowledged, unknown, stored, followed }: RaceOutcome): void {
  expect(followed).toEqual(stored);
  const counts = new Map<string, number>();
  for (const message of stored) counts.set(message, (counts.get(message) ?? 0) + 1);
  const told = acknowledged.flat().map(({ message }) => message);
  expect(told.filter((message) => counts.get(message) !== 1)).toEqual([]);
  const twice = [...counts].filter(([, count]) => count > 1);
  expect(twice).toEqual([]);
  const fromNowhere = stored.filter((message) => !unknown.has(message) && !told.includes(message));
  expect(fromNowhere).toEqual([]);
  for (const own of acknowledged) {
    const positions = own.map(({ pos }) => pos);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
    const order = new Set(own.map(({ message }) => message));
    expect(stored.filter((message) => order.has(message))).toEqual([...order]);
  }
}

describe.each([false, true])("eight writers in eight instances, as producers: %s", (producers) => {
  test(
    "append 500 times each and lose, repeat or reorder nothing",
    async () => {
      const stores = Array.from({ length: WRITERS }, () => new D1Store(env.DB));
      const outcome = await race({ stores, appends: 500, producers }, "s");
      expectIntegrity(outcome);
      expect(outcome.unknown.size).toBe(0);
      const positions = outcome.acknowledged.flat().map(({ pos }) => pos);
      expect(new Set(positions).size).toBe(WRITERS * 500);
    },
    TIMEOUT_MS,
  );

  test(
    "lose, repeat or reorder nothing that was acknowledged when calls fail, fail late or take long",
    async () => {
      const seed = Math.floor(Math.random() * 2 ** 32);
      onTestFailed(() => console.error(`The seed was ${seed}`));
      const random = seeded(seed);
      const stores = Array.from({ length: WRITERS }, () => new D1Store(intercept(env.DB, faulty(RATES, random))));
      const outcome = await race({ stores, appends: 150, producers }, "s");
      expectIntegrity(outcome);
      expect(outcome.acknowledged.flat().length).toBeGreaterThan(0.99 * WRITERS * 150);
    },
    TIMEOUT_MS,
  );
});
