import type { Clock } from "../../../src/shared/index.ts";

/**
 * A clock for tests that are about order and not about time: a wait of 0 ms (a retry with `baseDelayMs: 0`) is over at
 * once, any other never ends.
 */
export const immediateClock: Clock = {
  now: () => 0,
  setTimeout: (callback, delayMs) => {
    if (delayMs === 0) queueMicrotask(callback);
    return undefined;
  },
  clearTimeout: () => {},
};

/** The retry options that go with it. */
export const AT_ONCE = { baseDelayMs: 0, maxDelayMs: 0 } as const;
