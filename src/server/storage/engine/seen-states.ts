import type { StreamState } from "./state.ts";

/** Paths remembered at a time. */
const MAX_PATHS = 1000;

/** What an instance last saw at each path: how a store of remote storage answers without I/O. */
export class SeenStates {
  readonly #byPath = new Map<string, StreamState>();

  /** What was last seen at a path; `undefined` when that was nothing, or is forgotten. */
  get(path: string): StreamState | undefined {
    return this.#byPath.get(path);
  }

  /** Notes what a path holds. */
  note(path: string, state: StreamState | undefined): void {
    this.#byPath.delete(path);
    if (state === undefined) return;
    this.#byPath.set(path, state);
    if (this.#byPath.size <= MAX_PATHS) return;
    for (const oldest of this.#byPath.keys()) {
      this.#byPath.delete(oldest);
      break;
    }
  }
}
