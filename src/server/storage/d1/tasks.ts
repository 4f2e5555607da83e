import type { Job, Task } from "../engine/task.ts";
import type { Statement } from "./database.ts";

/** A row of `dcs_tasks`. */
export interface TaskRow {
  readonly id: string;
  readonly at: number;
  readonly job: string;
}

/** Plans a task, replacing the one of the same name. */
export const scheduleStatement = (owner: string, { id, at, job }: Task): Statement => ({
  sql: `INSERT INTO dcs_tasks VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET owner = excluded.owner, at = excluded.at, job = excluded.job`,
  params: [id, owner, at, JSON.stringify(job)],
});

/** Drops a task. */
export const cancelStatement = (id: string): Statement => ({ sql: "DELETE FROM dcs_tasks WHERE id = ?", params: [id] });

/** Finds tasks that are due, the most overdue first; only those with jobs of a kind, if one is given. */
export function dueStatement(owner: string, now: number, limit: number, kind: Job["kind"] | undefined): Statement {
  if (kind === undefined) {
    return {
      sql: "SELECT id, at, job FROM dcs_tasks WHERE owner = ? AND at <= ? ORDER BY at LIMIT ?",
      params: [owner, now, limit],
    };
  }
  // Asked for with every deletion: by name, so that what else is overdue is not read. The plus signs keep to that.
  return {
    sql: `SELECT id, at, job FROM dcs_tasks WHERE id >= ? AND id < ? AND +owner = ? AND +at <= ? ORDER BY at LIMIT ?`,
    params: [`${kind}:`, `${kind};`, owner, now, limit],
  };
}

/** Finds the time at which the next task is due. */
export const nextDueStatement = (owner: string): Statement => ({
  sql: "SELECT min(at) AS at FROM dcs_tasks WHERE owner = ?",
  params: [owner],
});

/** The task that a row holds. */
export function taskOf({ id, at, job }: TaskRow): Task {
  return { id, at, job: parseJob(job) };
}

/** Jobs are written by this store alone: what comes back is what went in. */
function parseJob(text: string): Job {
  const job: Job = JSON.parse(text);
  return job;
}
