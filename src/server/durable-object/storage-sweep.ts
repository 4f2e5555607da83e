import type { SqliteStore } from "../storage/sqlite/index.ts";

/**
 * Deletes an object's storage when its store holds nothing any more and nobody else keeps anything there: an object
 * without storage costs nothing. What a subclass stores beside the streams is left alone.
 */
export async function sweepStorage(storage: DurableObjectStorage, store: SqliteStore): Promise<void> {
  if (!store.isEmpty() || isUsedByOthers(storage)) return;
  // The database is gone as soon as this is called; the promise is about durability.
  const deleted = storage.deleteAll();
  store.reset();
  await deleted;
}

function isUsedByOthers(storage: DurableObjectStorage): boolean {
  const query = String.raw`SELECT count(*) AS tables FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'dcs\_%' ESCAPE '\' AND name NOT LIKE '\_cf\_%' ESCAPE '\'
      AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`;
  if (storage.sql.exec<{ tables: number }>(query).one().tables > 0) return true;
  for (const _entry of storage.kv.list({ limit: 1 })) return true;
  return false;
}
