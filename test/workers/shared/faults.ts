/** Stands around every call to a storage, whatever it is: runs it, and tells the caller what came of it, or not. */
export type Around = <T>(run: () => Promise<T>, call?: unknown) => Promise<T>;

/** Leaves every call as it is. */
export const healthy: Around = (run) => run();

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

/**
 * Makes calls go wrong at random, the same way for the same `random`.
 *
 * @param maxDelayMs How long what comes late or slowly takes at most.
 */
export function faulty(rates: FaultRates, random: () => number, maxDelayMs = MAX_DELAY_MS): Around {
  return async (run) => {
    const dice = random();
    const delayMs = random() * maxDelayMs;
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

/** How the last call of a process ends: it never leaves, or takes effect although nobody hears of it. */
export const ENDINGS = ["unsent", "unanswered"] as const;

/** A process that stops at its call number `last`, and the number of calls it made. */
export function stopping(last: number, ending: (typeof ENDINGS)[number]): { around: Around; calls: () => number } {
  let calls = 0;
  const around: Around = async (run) => {
    calls += 1;
    if (calls === last && ending === "unanswered") await run();
    if (calls >= last) throw new StorageFault("The process stopped");
    return run();
  };
  return { around, calls: () => calls };
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
