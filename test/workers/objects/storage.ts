import { runDurableObjectAlarm } from "cloudflare:test";
import type { Client } from "./client.ts";

/** Everything an object keeps, as far as it costs anything: the names of its tables, and its alarm. */
export interface Holdings {
  readonly tables: readonly string[];
  readonly alarm: number | null;
}

/** What an object that was never used holds. */
export const NOTHING: Holdings = { tables: [], alarm: null };

/** Looks into the object of a path. */
export function holdings(client: Client, path: string): Promise<Holdings> {
  return client.inside(path, async ({ storage }) => {
    const query = String.raw`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\_cf\_%' ESCAPE '\'`;
    const tables = storage.sql.exec<{ name: string }>(query).toArray();
    return { tables: tables.map(({ name }) => name), alarm: await storage.getAlarm() };
  });
}

/** How many forks are registered with the stream of a path. */
export function registrations(client: Client, path: string): Promise<number> {
  return count(client, path, "dcs_forks");
}

/** How much work the object of a path has planned. */
export function planned(client: Client, path: string): Promise<number> {
  return count(client, path, "dcs_tasks");
}

/** The kinds of work the object of a path has planned. */
export function plannedKinds(client: Client, path: string): Promise<string[]> {
  return client.inside(path, ({ storage }) => {
    const rows = storage.sql.exec<{ kind: string }>("SELECT job ->> 'kind' AS kind FROM dcs_tasks ORDER BY kind");
    return rows.toArray().map(({ kind }) => kind);
  });
}

/** Has the alarm of a path's object fire now, early as that may be. Fails when none is set. */
export async function fireAlarm(client: Client, path: string): Promise<void> {
  if (!(await runDurableObjectAlarm(client.stub(path)))) throw new Error(`${path} has no alarm`);
}

function count(client: Client, path: string, table: string): Promise<number> {
  return client.inside(path, ({ storage }) => {
    const known = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = ?", table).toArray();
    if (known.length === 0) return 0;
    return storage.sql.exec<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`).one().rows;
  });
}
