import { describe, expect, test } from "vitest";
import { memoryBed } from "./beds/memory.ts";
import { SABOTAGES } from "./sabotage.ts";
import { torture } from "./torture.ts";

/** Programs of the same seed find nothing wrong with an engine that is whole, as the first test shows. */
const SEED = 7;
const MOST_PROGRAMS = 100;
const TIMEOUT_MS = 60_000;

test("the programs that follow find nothing wrong with the engine as it is", { timeout: TIMEOUT_MS }, async () => {
  const { programs, failures } = await torture(memoryBed(), { seed: SEED, programs: MOST_PROGRAMS });
  expect([programs, failures.map(({ report }) => report)]).toEqual([MOST_PROGRAMS, []]);
});

describe("an engine that", () => {
  for (const [name, { sabotage, symptom }] of Object.entries(SABOTAGES)) {
    test(`${name} is caught, by a short program`, { timeout: TIMEOUT_MS }, async () => {
      let found = false;
      const goOn = (): boolean => !found;
      const bed = memoryBed(sabotage);
      const { failures } = await torture(bed, { seed: SEED, programs: MOST_PROGRAMS, goOn }, (so) => {
        found = so.failures.length > 0;
      });
      const [failure] = failures;
      expect(failure?.violations.join("\n")).toMatch(symptom);
      const steps = failure?.program.clients.flat().length;
      expect(steps).toBeLessThanOrEqual(8);
    });
  }
});
