import type { ChunkLimits } from "../engine/chunk-plan.ts";
import type { Commit } from "../engine/commit.ts";
import type { StreamState } from "../engine/state.ts";
import type { Statement } from "./database.ts";
import type { D1View, StoredStream } from "./rows.ts";
import { NUMBER, ofLastChunk, START } from "./schema.ts";
import { TRAIL_LENGTH } from "./trail.ts";

/** An append that may come behind others: into the chunk that was open when it was decided. */
export interface MovableAppend {
  /** First position of that chunk. */
  readonly start: number;
  /** Name of the append that was the chunk's last one then. */
  readonly before: string;
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
    ...streamConflicts(view, movable, limits),
    ...producerConflicts(view, movable),
    ...taskConflicts(view),
  ];
  return {
    sql: `INSERT INTO dcs_guard (conflict) SELECT NULL WHERE ${conflicts.map(({ sql }) => sql).join(" OR ")}`,
    params: conflicts.flatMap(({ params }) => params),
  };
}

function streamConflicts(view: D1View, movable: MovableAppend | undefined, limits: ChunkLimits): Condition[] {
  const { path, snapshot, stored } = view;
  if (stored === undefined || snapshot.state === undefined) {
    return [{ sql: "EXISTS (SELECT 1 FROM dcs_streams WHERE path = ?)", params: [path] }];
  }
  const { streamId } = snapshot.state;
  const unchanged = {
    sql: "NOT EXISTS (SELECT 1 FROM dcs_streams WHERE path = ? AND stream_id = ? AND version = ?)",
    params: [path, streamId, stored.version],
  };
  return [unchanged, movable ? movedAway(stored, movable, limits) : tailConflict(snapshot.state, stored)];
}

/** Somebody else appended. */
function tailConflict({ base, tail }: StreamState, { number }: StoredStream): Condition {
  return {
    sql: `coalesce((${ofLastChunk(`(${START}) + length(data)`, NUMBER)}), ?) <> ?`,
    params: [number, number, base.pos, tail.pos],
  };
}

/** The chunk took the append before, or can no longer tell that it did not, or does not take it any more. */
function movedAway({ number }: StoredStream, movable: MovableAppend, limits: ChunkLimits): Condition {
  const takes = `(${START}) = ? AND length(data) < ? AND length(data) <= ?
    AND instr(trail, ?) = 0 AND (length(trail) < ? OR instr(trail, ?) > 0)`;
  return {
    sql: `NOT coalesce((${ofLastChunk(takes, NUMBER)}), FALSE)`,
    params: [
      movable.start,
      limits.coalesceBelow,
      limits.maxBytes - movable.length,
      movable.id,
      TRAIL_LENGTH,
      movable.before,
      number,
      number,
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
