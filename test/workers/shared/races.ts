import { describe, expect, onTestFailed, test } from "vitest";
import type { StreamStore } from "../../../src/server/storage/index.ts";
import { type Around, type FaultRates, faulty, seeded } from "./faults.ts";
import { expectIntegrity, race } from "./race.ts";

const WRITERS = 8;
const APPENDS = 500;
/** What comes late or slowly in a race comes this late at most, in ms: later than several calls of the others. */
const MAX_DELAY_MS = 3;
const TIMEOUT_MS = 240_000;

/**
 * Storage for one race.
 *
 * @param body Gets what opens an instance of the store, with each of its calls to the storage as told.
 */
export type RaceHarness = (body: (open: (around: Around) => StreamStore) => Promise<void>) => Promise<void>;

const MODES: [string, boolean][] = [
  ["", false],
  [" as producers", true],
];

/** Races whose every call is answered. */
export function races(harness: RaceHarness): void {
  for (const [as, producers] of MODES) {
    test(
      `eight instances append 500 times each${as}, and lose, repeat or reorder nothing`,
      () =>
        harness(async (open) => {
          const stores = Array.from({ length: WRITERS }, () => open((run) => run()));
          const outcome = await race({ stores, appends: APPENDS, producers }, "s");
          expectIntegrity(outcome);
          expect(outcome.unknown.size).toBe(0);
          expect(new Set(outcome.acknowledged.flat().map(({ pos }) => pos)).size).toBe(WRITERS * APPENDS);
        }),
      TIMEOUT_MS,
    );
  }
}

/** Races whose calls fail before or after they took effect, take effect late, or take long. */
export function faultyRaces(rates: FaultRates, harness: RaceHarness): void {
  describe("when calls fail, fail late or take long", () => {
    for (const [as, producers] of MODES) {
      test(
        `eight instances append 500 times each${as}, and lose, repeat or reorder nothing that was acknowledged`,
        () =>
          harness(async (open) => {
            const seed = Math.floor(Math.random() * 2 ** 32);
            onTestFailed(() => console.error(`The seed was ${seed}`));
            const around = faulty(rates, seeded(seed), MAX_DELAY_MS);
            const stores = Array.from({ length: WRITERS }, () => open(around));
            const outcome = await race({ stores, appends: APPENDS, producers }, "s");
            expectIntegrity(outcome);
            expect(outcome.acknowledged.flat().length).toBeGreaterThan(0.99 * WRITERS * APPENDS);
          }),
        TIMEOUT_MS,
      );
    }
  });
}
