import type { StreamState } from "../engine/state.ts";
import type { Task } from "../engine/task.ts";
import type { ChainState } from "./chain-state.ts";
import { type StoredPath, tasksAfter } from "./path-record.ts";

/** A path as an instance saw it. */
export interface PathView {
  readonly stored: StoredPath;
  /** The stream that the path names; removed, perhaps. */
  readonly chain: ChainState | undefined;
}

/** The stream that a view shows. */
export const stateIn = ({ chain }: PathView): StreamState | undefined => (chain?.removed ? undefined : chain?.state);

/** The work that is planned at a path, with what follows from the removal of its stream. */
export function tasksIn({ stored, chain }: PathView): readonly Task[] {
  const { schedule, cancel } = chain?.removed ?? {};
  return tasksAfter(stored.record.tasks, schedule, cancel);
}

/** Paths remembered at a time. */
const MAX_PATHS = 1000;

/** What an instance last saw at each path. */
export class KnownPaths {
  readonly #byPath = new Map<string, PathView>();

  /** What was last seen at a path. */
  get(path: string): PathView | undefined {
    return this.#byPath.get(path);
  }

  /** Notes what a path holds. What is known of a stream after a later commit stays. */
  note(path: string, view: PathView): void {
    const known = this.#byPath.get(path);
    this.#byPath.delete(path);
    this.#byPath.set(path, isLater(known?.chain, view.chain) ? { ...view, chain: known?.chain } : view);
    if (this.#byPath.size <= MAX_PATHS) return;
    for (const oldest of this.#byPath.keys()) {
      this.#byPath.delete(oldest);
      break;
    }
  }

  /** Forgets a path of which nothing is certain any more. */
  forget(path: string): void {
    this.#byPath.delete(path);
  }
}

const isLater = (known: ChainState | undefined, chain: ChainState | undefined): boolean =>
  known !== undefined && known.state.streamId === chain?.state.streamId && known.number > chain.number;
