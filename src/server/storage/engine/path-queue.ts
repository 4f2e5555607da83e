/**
 * Lets one transaction at a time have a path, in the order of arrival: where one instance alone writes, its own
 * requests need not contend. Not for a store that requests of a plain Worker share: one may not wait for another's I/O.
 */
export class PathQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` when all that came before it on the path is over. */
  run<T>(path: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(path);
    const done = before === undefined ? work() : before.then(work, work);
    this.#last.set(path, done);
    const leave = (): void => {
      if (this.#last.get(path) === done) this.#last.delete(path);
    };
    done.then(leave, leave);
    return done;
  }
}
