import { SCHEMA, SCHEMA_VERSION } from "./schema.ts";

/** One SQL statement and what is bound to it. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly (string | number | null)[];
}

/** What came of a batch: the rows of each statement. */
export type BatchRows = readonly (readonly unknown[])[];

/** A part of the D1 interface that databases and sessions have in common. */
type Connection = Pick<D1DatabaseSession, "prepare" | "batch">;

/**
 * A D1 database as the backend uses it: written and read fresh at the primary, or read from any replica that has what
 * was seen there before. Creates its tables when they turn out to be missing. It keeps no promise, so that requests of
 * a plain Worker can share it.
 */
export class Database {
  readonly #db: D1Database;
  /** How far the primary is known to have come. */
  #bookmark = "";

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Creates the tables, or migrates older ones. Idempotent. */
  async initialize(): Promise<void> {
    const version = "INSERT INTO dcs_meta VALUES ('schema_version', ?) ON CONFLICT DO NOTHING";
    const statements = SCHEMA.map((sql) => this.#db.prepare(sql));
    await this.#db.batch([...statements, this.#db.prepare(version).bind(SCHEMA_VERSION)]);
  }

  /** Reads what is stored now. */
  async fresh<Row>(statement: Statement): Promise<readonly Row[]> {
    return this.#atPrimary(async (session) => (await prepared(session, statement).all<Row>()).results);
  }

  /** Reads what never changes once it was seen: bytes below a tail. */
  async settled<Row>(statement: Statement): Promise<readonly Row[]> {
    if (this.#bookmark === "") return this.fresh(statement);
    return (await prepared(this.#db.withSession(this.#bookmark), statement).all<Row>()).results;
  }

  /** Runs statements as one transaction. @returns the rows of each. */
  async batch(statements: readonly Statement[]): Promise<BatchRows> {
    return this.#atPrimary(async (session) => {
      const results = await session.batch(statements.map((statement) => prepared(session, statement)));
      return results.map((result) => result.results);
    });
  }

  async #atPrimary<T>(work: (session: D1DatabaseSession) => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      const session = this.#db.withSession("first-primary");
      const result = await work(session);
      // Answers overtake each other, and what this one tells must not hide what a later one told before: bookmarks sort.
      const bookmark = session.getBookmark() ?? "";
      if (bookmark > this.#bookmark) this.#bookmark = bookmark;
      return result;
    };
    try {
      return await run();
    } catch (error) {
      if (!isMissingTable(error)) throw error;
      await this.initialize();
      return run();
    }
  }
}

function prepared(connection: Connection, { sql, params }: Statement): D1PreparedStatement {
  return connection.prepare(sql).bind(...params);
}

const isMissingTable = (error: unknown): boolean => error instanceof Error && /no such table: dcs_/.test(error.message);
