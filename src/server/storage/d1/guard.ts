import type { ChunkLimits } from "../engine/chunk-plan.ts";
import type { Commit } from "../engine/commit.ts";
import type { Statement } from "./database.ts";
import type { D1View } from "./rows.ts";
import { KEY, lastChunkOf, START } from "./schema.ts";

/** An append that may come behind others: into the chunk that was open when it was decided. */
export interface MovableAppend {
  /** First position of that chunk. */
  readonly start: number;
  /** Bytes to append, all of them there. */
  readonly length: number;
  /** Name of the commit, which the chunk must not have taken before. */
  readonly id: string;
  readonly producer: Commit["producer"];
}

interface Condition {
  readonly sql: string;
  readonly params: readonly (string | number)[];
}

/**
 * The first statement of a batch. It fails, and the whole batch with it, if one of the conflicts is there: what it
 * inserts then violates the only constraint of a table that is always empty. Else it inserts nothing.
 */
export function guardStatement(view: D1View, movable: MovableAppend | undefined, limits: ChunkLimits): Statement {
  const conflicts = [
    streamConflict(view, movable, limits),
    ...producerConflicts(view, movable),
    ...taskConflicts(view),
  ];
  return {
    sql: `INSERT INTO dcs_guard (conflict) SELECT NULL WHERE ${conflicts.map(({ sql }) => sql).join(" OR ")}`,
    params: conflicts.flatMap(({ params }) => params),
  };
}

function streamConflict(view: D1View, movable: MovableAppend | undefined, limits: ChunkLimits): Condition {
  const { path, snapshot, stored } = view;
  if (stored === undefined || snapshot.state === undefined) {
    return { sql: "EXISTS (SELECT 1 FROM dcs_streams WHERE path = ?)", params: [path] };
  }
  const { streamId, base, tail } = snapshot.state;
  const stream = `SELECT 1 FROM dcs_streams s LEFT JOIN dcs_chunks c ON c.k = (${lastChunkOf("s.number")})
    WHERE s.path = ? AND s.stream_id = ? AND s.version = ?`;
  const params = [path, streamId, stored.version];
  if (movable === undefined) {
    return {
      sql: `NOT EXISTS (${stream} AND coalesce((c.${START}) + length(c.data), ?) = ?)`,
      params: [...params, base.pos, tail.pos],
    };
  }
  return {
    sql: `NOT EXISTS (${stream} AND c.k = ${KEY} AND length(c.data) < ? AND length(c.data) <= ?
      AND instr(c.trail, ?) = 0)`,
    params: [
      ...params,
      stored.number,
      movable.start,
      limits.coalesceBelow,
      limits.maxBytes - movable.length,
      movable.id,
    ],
  };
}

/** An append that keeps its place is told by the end of the log that its producer has done nothing either. */
function producerConflicts({ snapshot, stored }: D1View, movable: MovableAppend | undefined): Condition[] {
  if (movable?.producer === undefined || stored === undefined || snapshot.producer === undefined) return [];
  const { epoch, lastSeq } = snapshot.producer;
  return [
    {
      sql: "NOT EXISTS (SELECT 1 FROM dcs_producers WHERE number = ? AND id = ? AND epoch = ? AND seq = ?)",
      params: [stored.number, movable.producer.id, epoch, lastSeq],
    },
  ];
}

/** A task is planned or dropped without a trace at the stream. */
function taskConflicts({ taskId, snapshot }: D1View): Condition[] {
  if (taskId === undefined) return [];
  return [
    {
      sql: "(SELECT count(*) FROM dcs_tasks WHERE id = ?) <> ?",
      params: [taskId, snapshot.taskPlanned ? 1 : 0],
    },
  ];
}
