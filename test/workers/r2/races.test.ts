import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { R2Store } from "../../../src/server/storage/r2/index.ts";
import { type FaultRates, faulty, seeded } from "../d1/faults.ts";
import { type RaceOutcome, race } from "../d1/race.ts";
import { empty } from "./harness.ts";
import { intercept } from "./intercept.ts";

const WRITERS = 8;
const APPENDS = 500;
/** Of 500, so that a run takes less than a minute: what fails is paused for before it is tried again. */
const FAULTY_APPENDS = 150;
const TIMEOUT_MS = 240_000;
const RATES: FaultRates = { before: 0.02, after: 0.02, late: 0.02, slow: 0.1 };

beforeEach(empty, TIMEOUT_MS);

function expectIntegrity({ acknowledged, unknown, stored, followed }: RaceOutcome): void {
  expect(followed).toEqual(stored);
  const counts = new Map<string, number>();
  for (const message of stored) counts.set(message, (counts.get(message) ?? 0) + 1);
  const told = new Set(acknowledged.flat().map(({ message }) => message));
  expect([...told].filter((message) => counts.get(message) !== 1)).toEqual([]);
  expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
  expect(stored.filter((message) => !unknown.has(message) && !told.has(message))).toEqual([]);
  for (const own of acknowledged) {
    const positions = own.map(({ pos }) => pos);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
    const order = new Set(own.map(({ message }) => message));
    expect(stored.filter((message) => order.has(message))).toEqual([...order]);
  }
}

describe.each([false, true])("eight writers in eight instances, as producers: %s", (producers) => {
  test(
    "lose, repeat or reorder nothing",
    async () => {
      const stores = Array.from({ length: WRITERS }, () => new R2Store(env.BUCKET));
      const started = Date.now();
      const outcome = await race({ stores, appends: APPENDS, producers }, "s");
      console.log(`${WRITERS} × ${APPENDS}: ${Date.now() - started} ms, ${outcome.unknown.size} without an answer`);
      expectIntegrity(outcome);
      const positions = outcome.acknowledged.flat().map(({ pos }) => pos);
      expect(new Set(positions).size).toBe(positions.length);
    },
    TIMEOUT_MS,
  );

  test(
    "lose, repeat or reorder nothing that was acknowledged when calls fail, fail late or take long",
    async () => {
      const seed = Math.floor(Math.random() * 2 ** 32);
      const goWrong = faulty(RATES, seeded(seed));
      const stores = Array.from(
        { length: WRITERS },
        () => new R2Store(intercept(env.BUCKET, (run) => goWrong(run, { batch: false }))),
      );
      const started = Date.now();
      const outcome = await race({ stores, appends: FAULTY_APPENDS, producers }, "s");
      console.log(`seed ${seed}: ${Date.now() - started} ms, ${outcome.unknown.size} without an answer`);
      expectIntegrity(outcome);
    },
    TIMEOUT_MS,
  );
});
