import { env } from "cloudflare:workers";
import { standIn } from "../row-meter.ts";

/** Of so many calls one takes a turn of the event loop on its way, and the others none. */
const SLOW_EVERY = 16;

/**
 * A D1 database in an object's SQLite, which is what D1 is, without the calls between Workers that take a hundred times
 * as long as the statements: for tests that make very many of them.
 *
 * @param note Told of each statement that is run.
 */
export function objectDatabase(
  storage: DurableObjectStorage,
  note: (sql: string, values: readonly unknown[]) => void = () => {},
): D1Database {
  let calls = 0;
  const onTheWay = async (): Promise<void> => {
    calls += 1;
    if (calls % SLOW_EVERY === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  };
  const running = new WeakMap<D1PreparedStatement, () => D1Result>();
  const statement = (sql: string, values: SqlStorageValue[]): D1PreparedStatement => {
    const run = (): D1Result => {
      note(sql, values);
      const cursor = storage.sql.exec(sql, ...values);
      return resultOf(cursor.toArray(), cursor.rowsRead, cursor.rowsWritten);
    };
    const stand = standIn(env.DB.prepare(sql), {
      bind: (...bound: SqlStorageValue[]) => statement(sql, bound),
      all: async () => {
        await onTheWay();
        const result = run();
        await onTheWay();
        return result;
      },
    });
    running.set(stand, run);
    return stand;
  };
  const connection = {
    prepare: (sql: string) => statement(sql, []),
    batch: async (statements: D1PreparedStatement[]) => {
      await onTheWay();
      const results = storage.transactionSync(() => statements.map((item) => running.get(item)?.()));
      await onTheWay();
      return results;
    },
  };
  const withSession = () => standIn(env.DB.withSession(), { ...connection, getBookmark: () => "0" });
  return standIn(env.DB, { ...connection, withSession });
}

function resultOf(results: object[], rowsRead: number, rowsWritten: number): D1Result {
  const counted = { rows_read: rowsRead, rows_written: rowsWritten, changes: 0, changed_db: rowsWritten > 0 };
  return { success: true, results, meta: { ...counted, duration: 0, size_after: 0, last_row_id: 0 } };
}
