import type { StreamState } from "../engine/state.ts";
import type { Task } from "../engine/task.ts";
import type { Statement } from "./database.ts";
import type { LastChunk } from "./rows.ts";
import { KEY } from "./schema.ts";

/** Chunk rows, and producer rows, that one step of freeing a removed stream deletes. */
const FREE_ROWS = 128;

/** Removes a stream, and the first of its rows. */
export function removeStatements(path: string, number: number): Statement[] {
  return [
    { sql: "DELETE FROM dcs_streams WHERE path = ?", params: [path] },
    { sql: "DELETE FROM dcs_forks WHERE number = ?", params: [number] },
    ...freeStatements(number),
  ];
}

/** Deletes some of the rows of a removed stream. */
export function freeStatements(number: number): Statement[] {
  return [
    {
      sql: `DELETE FROM dcs_chunks
        WHERE k IN (SELECT k FROM dcs_chunks WHERE k >= ${KEY} AND k < ${KEY} LIMIT ${FREE_ROWS})`,
      params: [number, 0, number + 1, 0],
    },
    {
      sql: `DELETE FROM dcs_producers WHERE number = ?1
        AND id IN (SELECT id FROM dcs_producers WHERE number = ?1 LIMIT ${FREE_ROWS})`,
      params: [number],
    },
  ];
}

/** Tells whether rows of a removed stream are left. */
export const leftStatement = (number: number): Statement => ({
  sql: `SELECT EXISTS (SELECT 1 FROM dcs_chunks WHERE k >= ${KEY} AND k < ${KEY})
    OR EXISTS (SELECT 1 FROM dcs_producers WHERE number = ?) AS remaining`,
  params: [number, 0, number + 1, 0, number],
});

/** Whether the step that goes with the removal itself frees everything: ordinals count the chunks. */
export function isFreedAtOnce(state: StreamState, last: LastChunk | undefined): boolean {
  const chunks = last === undefined ? 0 : last.seq - state.base.seq + 1;
  return chunks <= FREE_ROWS && state.producers <= FREE_ROWS;
}

/** Plans the steps that follow. */
export const reclaimTask = (number: number): Task => ({
  id: `reclaim:${number}`,
  at: 0,
  job: { kind: "reclaim", key: String(number) },
});
