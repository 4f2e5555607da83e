import type { Clock } from "../../clock.ts";
import { tenth } from "./touches.ts";

/** What {@link KeepAlive} works with. */
export interface KeepAliveHost {
  readonly clock: Clock;
  /** Whether a live reader is attached. */
  isWatched(path: string): boolean;
  /** Counts as an access of whatever stream is at the path. Resolves when that is stored. */
  touch(path: string): Promise<void>;
}

/**
 * An attached live reader defers the end of a sliding lifetime. Storage hears of that every tenth of the lifetime, so
 * that a crash while readers are attached does not end the stream early.
 */
export class KeepAlive {
  readonly #host: KeepAliveHost;
  readonly #timers = new Map<string, unknown>();

  constructor(host: KeepAliveHost) {
    this.#host = host;
  }

  /** Keeps a watched stream alive from now on, until nobody watches it. */
  ensure(path: string, ttlSeconds: number): void {
    if (this.#timers.has(path) || !this.#host.isWatched(path)) return;
    this.#arm(path, Math.min(Math.max(tenth(ttlSeconds), 1), MAX_DELAY_MS));
  }

  /** Whether the stream at a path is being kept alive. */
  isKept(path: string): boolean {
    return this.#timers.has(path);
  }

  /** Stops at once. */
  stop(path: string): void {
    const timer = this.#timers.get(path);
    if (timer === undefined) return;
    this.#timers.delete(path);
    this.#host.clock.clearTimeout(timer);
  }

  #arm(path: string, delayMs: number): void {
    const fire = (): void => {
      this.#timers.delete(path);
      if (!this.#host.isWatched(path)) return;
      this.#arm(path, delayMs);
      // A stream that is gone has no lifetime to extend; a failing backend is tried again a tenth later.
      this.#host.touch(path).catch(() => {});
    };
    this.#timers.set(path, this.#host.clock.setTimeout(fire, delayMs));
  }
}

/** The longest delay that timers take. */
const MAX_DELAY_MS = 2 ** 31 - 1;
