import { DatabaseSync } from "node:sqlite";
import type { Checkpoint } from "durable-cf-streams/client";

/** An order, as it is in the stream. */
export interface Order {
  readonly id: number;
  readonly cents: number;
}

/** What has been done about the orders in a stream, and how far. Both in one database, so that both happen or neither. */
export class Inbox {
  readonly #db: DatabaseSync;

  /** @param file The database; made when there is none. */
  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS position (only INTEGER PRIMARY KEY CHECK (only = 1), checkpoint TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS orders (place INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS account (only INTEGER PRIMARY KEY CHECK (only = 1), cents INTEGER NOT NULL);
      INSERT OR IGNORE INTO account VALUES (1, 0);
    `);
  }

  /** The position behind the last order that was dealt with; `undefined` before the first. */
  get checkpoint(): Checkpoint | undefined {
    const row = this.#db.prepare("SELECT checkpoint FROM position").get();
    return typeof row?.checkpoint === "string" ? JSON.parse(row.checkpoint) : undefined;
  }

  /** The ids of the orders that were dealt with, in the order in which they were. */
  get ids(): unknown[] {
    return this.#db
      .prepare("SELECT id FROM orders ORDER BY place")
      .all()
      .map(({ id }) => id);
  }

  /** What all orders came to. Adding is no effect that can be repeated: an order taken twice would show here. */
  get cents(): unknown {
    return this.#db.prepare("SELECT cents FROM account").get()?.cents;
  }

  /**
   * Deals with orders.
   *
   * @param orders As they came.
   * @param checkpoint The position behind them.
   */
  take(orders: readonly Order[], checkpoint: Checkpoint): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const insert = this.#db.prepare("INSERT INTO orders (id) VALUES (?)");
      const add = this.#db.prepare("UPDATE account SET cents = cents + ?");
      for (const { id, cents } of orders) {
        insert.run(id);
        add.run(cents);
      }
      this.#db.prepare("INSERT OR REPLACE INTO position VALUES (1, ?)").run(JSON.stringify(checkpoint));
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /** Closes the database. */
  close(): void {
    this.#db.close();
  }
}
