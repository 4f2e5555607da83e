import type { Clock, StreamId } from "../../../shared/index.ts";
import { KeepAlive } from "./keep-alive.ts";
import { isExpired } from "./lifetime.ts";
import type { Snapshot, StreamState } from "./state.ts";
import type { Touches } from "./touches.ts";

/** What {@link Accesses} works with. */
export interface AccessHost {
  readonly clock: Clock;
  readonly touches: Touches;
  /** Whether a live reader is attached. */
  isWatched(path: string): boolean;
  /** The stream at a path as far as it is known without I/O. */
  peek(path: string): StreamState | undefined;
  /** Stores an access of whatever stream is at the path. */
  store(path: string, now: number): Promise<StreamId>;
}

/** The accesses that slide a lifetime: what storage, this instance and its live readers know of them together. */
export class Accesses {
  readonly #host: AccessHost;
  readonly #keepAlive: KeepAlive;

  constructor(host: AccessHost) {
    this.#host = host;
    const { clock } = host;
    this.#keepAlive = new KeepAlive({
      clock,
      isWatched: (path) => host.isWatched(path),
      touch: (path) => this.#store(path),
    });
  }

  /** The snapshot with what only memory knows. */
  freshSnapshot(path: string, snapshot: Snapshot): Snapshot {
    const { state } = snapshot;
    if (state?.ttlSeconds === undefined) return snapshot;
    return { ...snapshot, state: this.fresh(path, state) };
  }

  /** The state with what only memory knows: unstored accesses, and readers that are attached right now. */
  fresh(path: string, state: StreamState): StreamState {
    if (state.ttlSeconds === undefined) return state;
    const { clock, touches } = this.#host;
    const fresh = touches.fresh(path, state);
    const now = clock.now();
    // A reader keeps a stream alive, but coming too late it does not bring one back.
    if (!this.#host.isWatched(path) || isExpired(fresh, now)) return fresh;
    touches.note(path, state, now);
    return touches.fresh(path, state);
  }

  /**
   * Counts as an access; storage hears of it when it is time. One that comes too late does not bring a stream back.
   *
   * @param state As {@link Accesses.fresh} gave it.
   */
  async touch(path: string, state: StreamState): Promise<void> {
    if (state.ttlSeconds === undefined) return;
    const { clock, touches } = this.#host;
    const now = clock.now();
    if (isExpired(state, now)) return;
    this.#keepAlive.ensure(path, state.ttlSeconds);
    touches.note(path, state, now);
    if (!touches.claim(path, state, now)) return;
    try {
      await this.#store(path);
    } catch (error) {
      touches.forget(path);
      throw error;
    }
  }

  /** The last reader leaves: the last moment that somebody watched is an access, noted while the watch still stands. */
  leave(path: string): void {
    if (!this.#keepAlive.isKept(path)) return;
    const state = this.#host.peek(path);
    // A stream that is gone has no lifetime to extend; a failing backend leaves the stream what it last stored.
    if (state !== undefined) this.touch(path, this.fresh(path, state)).catch(() => {});
    this.#keepAlive.stop(path);
  }

  async #store(path: string): Promise<void> {
    const now = this.#host.clock.now();
    this.#host.touches.stored(path, await this.#host.store(path, now), now);
  }
}
