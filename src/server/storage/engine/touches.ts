import type { StreamId } from "../../../shared/index.ts";
import type { StreamState } from "./state.ts";

/** When a stream was last used, as far as this instance knows, and as far as storage does. */
interface Touch {
  readonly streamId: StreamId;
  readonly at: number;
  readonly stored: number;
}

/** Streams remembered at a time. Forgetting one is safe: it is then treated like one from before a restart. */
const MAX_TRACKED = 10_000;

/**
 * Keeps the accesses that slide a lifetime in memory, so that a read costs no write: storage hears of them once per
 * tenth of the lifetime at most. After a restart the unknown tenth is granted: never early, at most a tenth late.
 */
export class Touches {
  readonly #byPath = new Map<string, Touch>();
  readonly #shared: boolean;

  /**
   * @param shared Whether other instances serve the same streams: each may know of an access that none has stored, so
   * the unknown tenth is always granted.
   */
  constructor(shared = false) {
    this.#shared = shared;
  }

  /** The state, as storage has it, with the last access as it is known here. */
  fresh(path: string, state: StreamState): StreamState {
    if (state.ttlSeconds === undefined) return state;
    let known = this.#known(path, state);
    if (this.#shared && state.touchedAt > known.stored) {
      known = { ...known, stored: state.touchedAt };
      this.#set(path, known);
    }
    const at = this.#shared ? Math.max(known.at, state.touchedAt + tenth(state.ttlSeconds)) : known.at;
    return at > state.touchedAt ? { ...state, touchedAt: at } : state;
  }

  /** Notes an access. */
  note(path: string, state: StreamState, now: number): void {
    if (state.ttlSeconds === undefined) return;
    const known = this.#known(path, state);
    this.#set(path, { ...known, at: Math.max(known.at, now) });
  }

  /** Whether an access is to be stored; of several at the same time only the first is. */
  claim(path: string, state: StreamState, now: number): boolean {
    if (state.ttlSeconds === undefined) return false;
    const known = this.#known(path, state);
    if (now - known.stored < tenth(state.ttlSeconds)) return false;
    this.#set(path, { ...known, stored: now });
    return true;
  }

  /** Notes an access that was stored. */
  stored(path: string, streamId: StreamId, now: number): void {
    this.#set(path, { streamId, at: now, stored: now });
  }

  /** Forgets a path whose stream was removed. */
  forget(path: string): void {
    this.#byPath.delete(path);
  }

  #known(path: string, state: StreamState): Touch {
    const known = this.#byPath.get(path);
    if (known?.streamId === state.streamId) return known;
    const grace = tenth(state.ttlSeconds ?? 0);
    const assumed = { streamId: state.streamId, at: state.touchedAt + grace, stored: state.touchedAt };
    this.#set(path, assumed);
    return assumed;
  }

  #set(path: string, touch: Touch): void {
    this.#byPath.delete(path);
    this.#byPath.set(path, touch);
    if (this.#byPath.size <= MAX_TRACKED) return;
    for (const oldest of this.#byPath.keys()) {
      this.#byPath.delete(oldest);
      break;
    }
  }
}

/** A tenth of a lifetime, in milliseconds. */
export const tenth = (ttlSeconds: number): number => ttlSeconds * 100;
