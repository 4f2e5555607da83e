import type { History, Operation } from "../history.ts";
import type { Model } from "./model.ts";
import { fingerprint, NOTHING, type World } from "./world.ts";

/** What came of the search. */
export type Order = "found" | "none" | "given up";

/** Worlds looked at before the search is given up. */
const MOST_WORLDS = 60_000;

/**
 * Looks for an order in which the operations of a history, one at a time, lead to the answers that were given: each
 * between its request and its answer, and those without an answer at any time, or never.
 *
 * The order in which the server finished is tried first, and readers' contents exclude most others, so that almost
 * always the first attempt succeeds.
 */
export function linearize(history: History, model: Model): { readonly order: Order; readonly stuckAt: string[] } {
  const operations = history.operations
    .filter(({ incomplete, answer, ask }) => !incomplete && (answer !== undefined || changes(ask.kind)))
    .sort((a, b) => finishOf(a) - finishOf(b));
  const search = new Search(operations, model);
  return { order: search.run(), stuckAt: search.furthest };
}

const changes = (kind: Operation["ask"]["kind"]): boolean => kind !== "head" && kind !== "read";

const finishOf = ({ served, answered, inDoubt }: Operation): number =>
  Math.min(served?.tick ?? Number.POSITIVE_INFINITY, answered?.tick ?? Number.POSITIVE_INFINITY) + (inDoubt ? 0.5 : 0);

interface Branch {
  readonly world: World;
  readonly done: Uint8Array;
  readonly left: number;
  /** The latest request among those that are done. */
  readonly latestSent: number;
}

class Search {
  /** What could not be explained when most of the rest was. */
  furthest: string[] = [];
  readonly #operations: readonly Operation[];
  readonly #model: Model;
  readonly #indexOf: ReadonlyMap<number, number>;
  #fewestLeft = Number.POSITIVE_INFINITY;

  constructor(operations: readonly Operation[], model: Model) {
    this.#operations = operations;
    this.#model = model;
    this.#indexOf = new Map(operations.map(({ id }, index) => [id, index]));
  }

  run(): Order {
    const required = this.#operations.filter(({ answer }) => answer !== undefined).length;
    const start = { world: NOTHING, done: new Uint8Array(this.#operations.length), left: required, latestSent: 0 };
    const seen = new Set<string>();
    const stack: Branch[] = [start];
    for (let branch = stack.pop(); branch !== undefined; branch = stack.pop()) {
      if (branch.left === 0) return "found";
      const key = `${branch.done.join("")} ${fingerprint(branch.world)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (seen.size > MOST_WORLDS) return "given up";
      const next = this.#next(branch);
      this.#note(branch);
      // The likeliest one comes off the stack first.
      stack.push(...next.reverse());
    }
    return "none";
  }

  #next(branch: Branch): Branch[] {
    const { done, world } = branch;
    const horizon = this.#horizon(done);
    const next: Branch[] = [];
    for (const [index, operation] of this.#operations.entries()) {
      if (done[index] === 1 || operation.sent.tick > horizon || !this.#mayFollow(operation, branch)) continue;
      for (const { world: after, finished } of this.#model.steps(world, operation)) {
        const marked = done.slice();
        if (finished) marked[index] = 1;
        const left = finished && operation.answer !== undefined ? branch.left - 1 : branch.left;
        const latestSent = Math.max(branch.latestSent, operation.sent.tick);
        next.push({ world: after, done: marked, left, latestSent });
      }
    }
    return next;
  }

  /** Nothing may come before an operation that was answered before it was sent. */
  #horizon(done: Uint8Array): number {
    let horizon = Number.POSITIVE_INFINITY;
    for (const [index, { answer, answered }] of this.#operations.entries()) {
      if (done[index] === 0 && answer !== undefined && answered !== undefined) {
        horizon = Math.min(horizon, answered.tick);
      }
    }
    return horizon;
  }

  #mayFollow({ after, answer, served, inDoubt }: Operation, { done, latestSent }: Branch): boolean {
    const before = after === undefined ? undefined : this.#indexOf.get(after);
    if (before !== undefined && done[before] === 0) return false;
    // What the server was done with can take no effect later.
    return answer !== undefined || inDoubt || served === undefined || served.tick > latestSent;
  }

  #note({ done, left }: Branch): void {
    if (left >= this.#fewestLeft) return;
    this.#fewestLeft = left;
    const horizon = this.#horizon(done);
    const open = this.#operations.filter(
      ({ answer, sent }, index) => done[index] === 0 && answer !== undefined && sent.tick <= horizon,
    );
    this.furthest = open.map(({ name, ask, answer }) => {
      const { content = "", ...facts } = answer ?? {};
      return `${name}: ${ask.kind} ${ask.path} → ${JSON.stringify(facts)} ${JSON.stringify(content.slice(0, 60))}`;
    });
  }
}
