import type { Around } from "./intercept.ts";

/** How often a call goes wrong in each way, from 0 to 1. */
export interface FaultRates {
  /** Nothing happens. */
  readonly before: number;
  /** It takes effect, and the answer is lost. */
  readonly after: number;
  /** It fails, and takes effect a few milliseconds later all the same. */
  readonly late: number;
  /** It takes effect, and the answer comes a few milliseconds later. */
  readonly slow: number;
}

/** What a call fails with: like the platform's, no error of the protocol's vocabulary. */
export class StorageFault extends Error {
  override readonly name = "StorageFault";
}

const MAX_DELAY_MS = 20;

/** Makes calls go wrong at random, the same way for the same `random`. */
export function faulty(rates: FaultRates, random: () => number): Around {
  return async (run) => {
    const dice = random();
    const delayMs = random() * MAX_DELAY_MS;
    const { before, after, late, slow } = rates;
    if (dice < before) throw new StorageFault("The call never arrived");
    if (dice < before + after) {
      await run();
      throw new StorageFault("The answer was lost");
    }
    if (dice < before + after + late) {
      setTimeout(() => void run().catch(() => {}), delayMs);
      throw new StorageFault("The call is still on its way");
    }
    const result = await run();
    if (dice < before + after + late + slow) await new Promise((resolve) => setTimeout(resolve, delayMs));
    return result;
  };
}

/** Numbers from 0 up to 1 that look random and are the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
