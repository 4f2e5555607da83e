import type { Appended } from "../contract/index.ts";

/** Called on a change, with what an append has added if that is known. */
type OnChange = (appended?: Appended) => void;

/** Who wants to know of changes, by path. */
export class Watchers {
  readonly #byPath = new Map<string, Set<OnChange>>();

  /** Number of watches on a path. */
  count(path: string): number {
    return this.#byPath.get(path)?.size ?? 0;
  }

  /** Adds a watch; the returned function ends it, once. */
  add(path: string, onChange: OnChange): () => void {
    // A wrapper of its own for each watch: the same callback may watch twice.
    const watch: OnChange = (appended) => onChange(appended);
    const watches = this.#byPath.get(path);
    if (watches === undefined) this.#byPath.set(path, new Set([watch]));
    else watches.add(watch);
    return () => {
      const current = this.#byPath.get(path);
      if (current?.delete(watch) && current.size === 0) this.#byPath.delete(path);
    };
  }

  /** Calls everyone who watches a path. One that throws does not keep the change from the others. */
  notify(path: string, appended?: Appended): void {
    const watches = this.#byPath.get(path);
    if (watches === undefined) return;
    for (const watch of [...watches]) {
      try {
        watch(appended);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
