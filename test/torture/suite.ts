import { expect, test } from "vitest";
import type { Bed } from "./server.ts";
import { torture } from "./torture.ts";

/** What a torture may take at most: on a busy machine several times what it usually takes. */
const TIMEOUT_MS = 180_000;

/**
 * Declares a test that runs random programs, other ones each time. `npm run torture -- --store NAME --seed SEED` runs
 * the programs of a failure again, and as many more as wanted.
 */
export function tortureTest(bed: Bed, programs: number): void {
  const seed = Math.floor(Math.random() * 2 ** 31);
  test(
    `${programs} random programs find nothing wrong with ${bed.name} (seed ${seed})`,
    async () => {
      const { failures, undecided, requests } = await torture(bed, { seed, programs });
      expect(failures.map(({ report }) => report)).toEqual([]);
      // A checker that gives up, or programs that ask nothing, would find nothing wrong either.
      expect(undecided).toBeLessThanOrEqual(Math.ceil(programs / 20));
      expect(requests).toBeGreaterThan(10 * programs);
    },
    TIMEOUT_MS,
  );
}
