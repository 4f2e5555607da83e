import type { Clock } from "../../../shared/index.ts";

/** How a {@link Backoff} grows. */
export interface BackoffSettings {
  readonly clock: Clock;
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Upper bound of the first pause, in ms; each bound is twice the one before. */
  readonly firstMs: number;
  /** The bound that is not exceeded, in ms. */
  readonly maxMs: number;
}

/**
 * Pauses between attempts: none before the second attempt, then a random part of a bound that doubles. The randomness
 * keeps contenders that lost the same race from meeting again.
 */
export class Backoff {
  readonly #settings: BackoffSettings;
  #pauses = 0;

  constructor(settings: BackoffSettings) {
    this.#settings = settings;
  }

  /** Waits its turn. */
  async pause(): Promise<void> {
    const { clock, random, firstMs, maxMs } = this.#settings;
    const round = this.#pauses;
    this.#pauses += 1;
    if (round === 0) return;
    const delayMs = random() * Math.min(maxMs, firstMs * 2 ** (round - 1));
    await new Promise<void>((resolve) => {
      clock.setTimeout(resolve, delayMs);
    });
  }
}
