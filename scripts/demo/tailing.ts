import type { ReaderStatus } from "../../src/client/index.ts";

/** Whether a reader is connected, for those who wait for that. */
export class Tailing {
  #isLive = false;
  #wake: () => void = () => {};

  /** Takes note of what the reader is doing. */
  notice({ type }: ReaderStatus): void {
    if (type === "connecting" || type === "retrying") this.#isLive = false;
    if (type !== "live" && type !== "failed") return;
    this.#isLive = true;
    this.#wake();
  }

  /** Takes note that its connection is gone, which the reader will notice later. */
  lose(): void {
    this.#isLive = false;
  }

  /** Resolves when the reader follows the tail. After it has failed, too: whoever iterates is told of that. */
  async live(): Promise<void> {
    while (!this.#isLive) {
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }
}
