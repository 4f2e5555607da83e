import { type Clock, systemClock } from "../../../src/shared/index.ts";
import { type FaultRates, faulty, StorageFault } from "../d1/faults.ts";
import type { Around, KVCall } from "./intercept.ts";

/** Time that goes by only when a test says so, but for pauses, which are a hundredth as long. */
export class HastyClock implements Clock {
  #now = Date.UTC(2026, 0, 1);

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    return systemClock.setTimeout(callback, delayMs / 100);
  }

  clearTimeout(handle: unknown): void {
    systemClock.clearTimeout(handle);
  }

  /** Lets time go by. */
  skip(ms: number): void {
    this.#now += ms;
  }
}

/** Makes calls go wrong at random, the same way for the same `random`. */
export function faultyCalls(rates: FaultRates, random: () => number): Around {
  const around = faulty(rates, random);
  return (run) => around(run, { batch: false });
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

/** Answers what it answered for the same key before, null included, as long as `isStale` says so. */
export function staleReads(isStale: () => boolean): Around {
  const before = new Map<string, unknown>();
  return async <T>(run: () => Promise<T>, { operation, key }: KVCall): Promise<T> => {
    if (operation !== "get") return run();
    // A call for one key has one type of answer.
    if (isStale() && before.has(key)) return before.get(key) as T;
    const answer = await run();
    before.set(key, answer);
    return answer;
  };
}
