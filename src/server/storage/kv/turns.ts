import type { Clock } from "../../../shared/index.ts";

/** How long nothing may happen until the next one goes on: a request that was cancelled never ends its turn. In ms. */
const LONGEST_TURN_MS = 30_000;

interface Line {
  last: Promise<unknown>;
  /** Turns begun and ended. */
  moves: number;
}

/**
 * Lets one write at a time have a path, in the order of arrival. Each waits by a timer of its own as well, since a
 * request of a plain Worker must not depend on what another one, which may be cancelled, leaves behind.
 */
export class Turns {
  readonly #clock: Clock;
  readonly #lines = new Map<string, Line>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `work` when all that came before it on the path is over. */
  run<T>(path: string, work: () => Promise<T>): Promise<T> {
    const waiting = this.#lines.get(path);
    const line: Line = waiting ?? { last: Promise.resolve(), moves: 0 };
    const begin = (): Promise<T> => {
      line.moves += 1;
      return work();
    };
    const done = waiting === undefined ? begin() : this.#over(line, line.last).then(begin);
    line.last = done;
    this.#lines.set(path, line);
    const leave = (): void => {
      line.moves += 1;
      if (line.last === done) this.#lines.delete(path);
    };
    done.then(leave, leave);
    return done;
  }

  #over(line: Line, turn: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      let { moves } = line;
      let timer: unknown;
      const look = (): void => {
        const isStuck = moves === line.moves;
        moves = line.moves;
        if (isStuck) resolve();
        else timer = this.#clock.setTimeout(look, LONGEST_TURN_MS);
      };
      const end = (): void => {
        this.#clock.clearTimeout(timer);
        resolve();
      };
      timer = this.#clock.setTimeout(look, LONGEST_TURN_MS);
      turn.then(end, end);
    });
  }
}
