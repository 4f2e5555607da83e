import type { StreamState } from "../engine/state.ts";
import type { Task } from "../engine/task.ts";
import { type ChainState, rolledUpTo } from "./chain-state.ts";
import { type StoredPath, tasksAfter } from "./path-record.ts";

/** A path as an instance saw it. */
export interface PathView {
  readonly stored: StoredPath;
  /** The stream that the path names; removed, perhaps. */
  readonly chain: ChainState | undefined;
  /** When it was all true, in ms since the epoch. */
  readonly seenAt: number;
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

  /** Notes what a path holds. What is known of a stream after a later commit stays. Returns what is known now. */
  note(path: string, view: PathView): PathView {
    const known = this.#byPath.get(path);
    const now = { ...view, chain: latest(known?.chain, view.chain) };
    this.#byPath.delete(path);
    this.#byPath.set(path, now);
    if (this.#byPath.size > MAX_PATHS) {
      for (const oldest of this.#byPath.keys()) {
        this.#byPath.delete(oldest);
        break;
      }
    }
    return now;
  }

  /** Forgets a path of which nothing is certain any more. */
  forget(path: string): void {
    this.#byPath.delete(path);
  }
}

/** A commit by another instance does not know how far this one has rolled the stream up. */
function latest(known: ChainState | undefined, chain: ChainState | undefined): ChainState | undefined {
  if (known === undefined || known.state.streamId !== chain?.state.streamId) return chain;
  const later = known.number > chain.number ? known : chain;
  return rolledUpTo(later, Math.max(known.rolled, chain.rolled));
}
