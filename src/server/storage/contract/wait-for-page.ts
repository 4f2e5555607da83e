import type { Clock } from "../../../shared/index.ts";
import type { ReadOptions } from "./options.ts";
import type { StreamPage } from "./results.ts";
import type { StreamStore } from "./store.ts";

/** How long {@link waitForPage} waits. */
export interface PageWait {
  /** Measures the wait. */
  readonly clock: Clock;
  /** Counted from the call, 0 to 2^31-1 ms. */
  readonly timeoutMs: number;
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads what follows an offset, waiting for it if there is nothing yet: until something is appended, the stream is
 * closed, the time is up or the signal fires. The page is empty in the last three cases.
 *
 * @throws StreamNotFoundError or StreamGoneError, also when the stream is deleted, or deleted and created again,
 * during the wait; InvalidOffsetError.
 */
export async function waitForPage(
  store: Pick<StreamStore, "read" | "watch">,
  path: string,
  options: ReadOptions,
  limits: PageWait,
): Promise<StreamPage> {
  const wait = new ChangeWait(limits);
  // Watching before reading: a change between the two is then never missed.
  const unwatch = store.watch(path, wait.change);
  try {
    let next = options;
    for (;;) {
      const page = await store.read(path, next);
      if (page.byteLength > 0 || page.closed) return page;
      if (!(await wait.forChange())) return page;
      next = { ...options, offset: page.nextOffset, streamId: page.streamId };
    }
  } finally {
    unwatch();
    wait.end();
  }
}

/** One wait for changes with one deadline. */
class ChangeWait {
  readonly #limits: PageWait;
  readonly #deadline: number;
  #changed = false;
  #over = false;
  #timer: unknown;
  #wake: (() => void) | undefined;

  constructor(limits: PageWait) {
    this.#limits = limits;
    this.#deadline = limits.clock.now() + limits.timeoutMs;
    this.#over = limits.signal?.aborted ?? false;
    limits.signal?.addEventListener("abort", this.#giveUp);
  }

  /** Tells the wait that something changed. */
  readonly change = (): void => {
    this.#changed = true;
    this.#wake?.();
  };

  /** Resolves with `true` after a change, also one since the last call, and with `false` when the wait is over. */
  async forChange(): Promise<boolean> {
    this.#arm();
    if (!this.#changed && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const goOn = this.#changed && !this.#limits.signal?.aborted;
    this.#changed = false;
    return goOn;
  }

  /** Lets go of the timer and the signal. */
  end(): void {
    this.#limits.signal?.removeEventListener("abort", this.#giveUp);
    if (this.#timer !== undefined) this.#limits.clock.clearTimeout(this.#timer);
  }

  /** Only a wait that has to pause needs a timer. */
  #arm(): void {
    if (this.#timer !== undefined) return;
    const { clock } = this.#limits;
    const left = this.#deadline - clock.now();
    if (left <= 0) this.#over = true;
    else this.#timer = clock.setTimeout(this.#giveUp, left);
  }

  readonly #giveUp = (): void => {
    this.#over = true;
    this.#wake?.();
  };
}
