import type { Job, Task } from "../engine/task.ts";
import type { SqliteHost } from "./backend.ts";

/** Due work in `dcs_tasks`. */
export class TaskTable {
  readonly #host: SqliteHost;

  constructor(host: SqliteHost) {
    this.#host = host;
  }

  /** Whether a task is planned. */
  has(id: string): boolean {
    return this.#host.sql.exec("SELECT 1 FROM dcs_tasks WHERE id = ?", id).toArray().length > 0;
  }

  /** Tasks that are due, the most overdue first; only those with jobs of a kind, if one is given. */
  due(now: number, limit: number, kind?: Job["kind"]): Task[] {
    const query = "SELECT id, at, job FROM dcs_tasks WHERE at <= ? AND id LIKE ? ORDER BY at LIMIT ?";
    const ids = kind === undefined ? "%" : `${kind}:%`;
    const rows = this.#host.sql.exec<{ id: string; at: number; job: string }>(query, now, ids, limit).toArray();
    return rows.map(({ id, at, job }) => ({ id, at, job: parseJob(job) }));
  }

  /** When the next task is due. */
  next(): number | undefined {
    const row = this.#host.sql.exec<{ at: number | null }>("SELECT min(at) AS at FROM dcs_tasks").one();
    return row.at ?? undefined;
  }

  /** Plans and drops tasks. To be called within a transaction. */
  update(schedule: readonly Task[], cancel: readonly string[]): void {
    for (const { id, at, job } of schedule) {
      const query =
        "INSERT INTO dcs_tasks VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at, job = excluded.job";
      this.#host.sql.exec(query, id, at, JSON.stringify(job));
    }
    for (const id of cancel) this.#host.sql.exec("DELETE FROM dcs_tasks WHERE id = ?", id);
    const nextDue = schedule.length > 0 ? this.next() : undefined;
    if (nextDue !== undefined) this.#host.planned(nextDue);
  }
}

/** Jobs are written by this store alone: what comes back is what went in. */
function parseJob(text: string): Job {
  const job: Job = JSON.parse(text);
  return job;
}
