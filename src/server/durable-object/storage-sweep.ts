import type { StreamStore } from "../storage/contract/index.ts";

/** A store that keeps what it knows in the object's storage, and can tell when that is nothing. */
export interface SweptStore extends StreamStore {
  /** Whether the store holds nothing and plans nothing. */
  isEmpty(): boolean;
  /** Told when the storage was deleted under the store. */
  reset(): void;
}

/** Whether an object's storage is its store's. */
export const isSwept = (store: StreamStore): store is SweptStore => "isEmpty" in store && "reset" in store;

/**
 * Deletes an object's storage, its alarm included, when its store holds nothing any more and nobody else keeps anything
 * there: an object without storage costs nothing. What a subclass stores beside the streams is left alone.
 */
export async function sweepStorage(storage: DurableObjectStorage, store: SweptStore): Promise<void> {
  if (!store.isEmpty() || !holdsOnlyOurTables(storage)) return;
  // The database is gone as soon as this is called; the promise is about durability.
  const deleted = storage.deleteAll();
  store.reset();
  await deleted;
}

function holdsOnlyOurTables(storage: DurableObjectStorage): boolean {
  const query = String.raw`SELECT name LIKE 'dcs\_%' ESCAPE '\' AS ours FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE '\_cf\_%' ESCAPE '\' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`;
  const tables = storage.sql.exec<{ ours: number }>(query).toArray();
  if (tables.length === 0 || tables.some(({ ours }) => ours === 0)) return false;
  for (const _entry of storage.kv.list({ limit: 1 })) return false;
  return true;
}
