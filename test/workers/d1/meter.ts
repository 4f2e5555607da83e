import { type Around, intercept } from "./intercept.ts";

/** What an operation cost: round trips, statements, and the rows that D1 bills. */
export interface Cost {
  readonly calls: number;
  readonly statements: number;
  readonly read: number;
  readonly written: number;
}

/** Counts what goes to a database by standing in front of it. */
export class Meter {
  /** The database to give to the store. */
  readonly database: D1Database;
  #calls = 0;
  #results: D1Result[] = [];

  constructor(database: D1Database) {
    const around: Around = async (run) => {
      const answer = await run();
      this.#calls += 1;
      this.#results.push(...(Array.isArray(answer) ? answer : [answer]));
      return answer;
    };
    this.database = intercept(database, around);
  }

  /** What `operation` costs. */
  async cost(operation: () => Promise<unknown>): Promise<Cost> {
    this.#calls = 0;
    this.#results = [];
    await operation();
    let read = 0;
    let written = 0;
    for (const { meta } of this.#results) {
      read += meta.rows_read;
      written += meta.rows_written;
    }
    return { calls: this.#calls, statements: this.#results.length, read, written };
  }
}
