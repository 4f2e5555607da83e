import type { Clock } from "../../shared/clock.ts";
import { untilAborted } from "../transport/abort.ts";

/** A wait that time, somebody else, or the end of everything may end. */
export class Rest {
  readonly #clock: Clock;
  readonly #stop: AbortSignal;
  #wake: (() => void) | undefined;

  /** @param stop Ends every wait with its reason. */
  constructor(clock: Clock, stop: AbortSignal) {
    this.#clock = clock;
    this.#stop = stop;
  }

  /** Ends the wait, if there is one. */
  wake(): void {
    this.#wake?.();
  }

  /**
   * Waits.
   *
   * @param ms How long, in ms; until it is woken unless given.
   * @throws The reason to stop.
   */
  async wait(ms?: number): Promise<void> {
    let timer: unknown;
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms !== undefined) timer = this.#clock.setTimeout(resolve, ms);
    });
    try {
      await untilAborted(woken, this.#stop);
    } finally {
      if (timer !== undefined) this.#clock.clearTimeout(timer);
      this.#wake = undefined;
    }
  }
}
