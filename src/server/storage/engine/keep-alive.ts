import type { Clock } from "../../../shared/index.ts";
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
  readonly #timers = new Map<string, { readonly handle: unknown; readonly delayMs: number }>();

  constructor(host: KeepAliveHost) {
    this.#host = host;
  }

  /** Keeps a watched stream alive from now on, until nobody watches it. */
  ensure(path: string, ttlSeconds: number): void {
    if (!this.#host.isWatched(path)) return;
    const delayMs = Math.min(Math.max(tenth(ttlSeconds), 1), MAX_DELAY_MS);
    const armed = this.#timers.get(path);
    // The path may hold a shorter-lived stream than the one that the watch began with.
    if (armed !== undefined && armed.delayMs <= delayMs) return;
    this.stop(path);
    this.#arm(path, delayMs);
  }

  /** Whether the stream at a path is being kept alive. */
  isKept(path: string): boolean {
    return this.#timers.has(path);
  }

  /** Stops at once. */
  stop(path: string): void {
    const armed = this.#timers.get(path);
    if (armed === undefined) return;
    this.#timers.delete(path);
    this.#host.clock.clearTimeout(armed.handle);
  }

  #arm(path: string, delayMs: number): void {
    const fire = (): void => {
      this.#timers.delete(path);
      if (!this.#host.isWatched(path)) return;
      this.#arm(path, delayMs);
      // A stream that is gone has no lifetime to extend; a failing backend is tried again a tenth later.
      this.#host.touch(path).catch(() => {});
    };
    this.#timers.set(path, { handle: this.#host.clock.setTimeout(fire, delayMs), delayMs });
  }
}

/** The longest delay that timers take. */
const MAX_DELAY_MS = 2 ** 31 - 1;
