import type { LogPosition } from "../contract/index.ts";
import { type ChunkLimits, type ChunkPlan, planChunks } from "../engine/chunk-plan.ts";
import type { AppendedBytes, Commit } from "../engine/commit.ts";
import { COMMIT_ID_LENGTH, type CommitPlan } from "../engine/commit-loop.ts";
import type { StreamIdentity, StreamState } from "../engine/state.ts";
import { stateAfter } from "../engine/state-after.ts";
import type { Task } from "../engine/task.ts";
import type { Statement } from "./database.ts";
import { toHex } from "./hex.ts";
import { freeStatements, isFreedAtOnce, reclaimTask } from "./removal.ts";
import type { D1View, LastChunk } from "./rows.ts";
import { CREATED_KEY, KEY, LAST_NUMBER, lastChunkOf, START } from "./schema.ts";
import { cancelStatement, scheduleStatement } from "./tasks.ts";

/** A commit as one batch. */
export interface D1Plan extends CommitPlan<D1View> {
  readonly id: string;
  readonly statements: readonly Statement[];
  /** What the path holds afterwards. */
  readonly after: StreamState | undefined;
  /** Where the stream's own bytes lie that the commit appends to: what finds them again. */
  readonly appendsAt: { readonly number: number; readonly pos: number } | undefined;
}

/** What the statements of a commit depend on besides the commit. */
export interface PlanContext {
  readonly limits: ChunkLimits;
  /** Whose tasks they are. */
  readonly owner: string;
}

/** Appends that a chunk's row names at most. More than can be made while an answer is awaited, unless they are tiny. */
const TRAIL_LENGTH = 512 * COMMIT_ID_LENGTH;

/** Whether a row that names appends has forgotten the first ones. */
export const isFull = (trail: string): boolean => trail.length >= TRAIL_LENGTH;

/**
 * Writes a commit as the statements of one batch. The first one fails, and the batch with it, unless the path is still
 * as it was loaded; the others need no condition then. (The guarding table takes no row: what is inserted violates its
 * one constraint, and nothing is when the condition holds.)
 */
export function planCommit(view: D1View, commit: Commit, id: string, { limits, owner }: PlanContext): D1Plan {
  const { path, snapshot, stored } = view;
  const statements: Statement[] = [guard(view)];
  const schedule: Task[] = [...(commit.schedule ?? [])];
  if (commit.remove && stored && snapshot.state) {
    statements.push(...removeStatements(path, stored.number));
    if (!isFreedAtOnce(snapshot.state, stored.last)) schedule.push(reclaimTask(stored.number));
  }
  const kept = commit.remove || commit.create ? undefined : stored;
  let tail = commit.create?.base ?? (commit.remove ? undefined : snapshot.state?.tail);
  let appended: Appended | undefined;
  if (commit.append && tail) {
    appended = appendStatements(kept, tail, snapshot.state, commit.append, commit, id, limits);
    tail = appended.tail;
  }
  const after = stateAfter(snapshot, commit, tail);
  if (commit.create && after) statements.push(...createStatements(path, commit.create, after));
  if (kept && after) statements.push(...changeStatements(path, kept.number, commit, after));
  statements.push(...(appended?.statements ?? []));
  for (const task of schedule) statements.push(scheduleStatement(owner, task));
  for (const taskId of commit.cancel ?? []) statements.push(cancelStatement(taskId));
  const pos = snapshot.state?.tail.pos;
  const appendsAt = kept && commit.append && pos !== undefined ? { number: kept.number, pos } : undefined;
  return { view, commit, id, statements, tail, after, appendsAt };
}

function guard({ path, snapshot, stored, taskId }: D1View): Statement {
  const conditions: string[] = [];
  const params: (string | number)[] = [];
  if (stored === undefined || snapshot.state === undefined) {
    conditions.push("EXISTS (SELECT 1 FROM dcs_streams WHERE path = ?)");
    params.push(path);
  } else {
    const { streamId, base, tail } = snapshot.state;
    const end = `SELECT (${START}) + length(data) FROM dcs_chunks WHERE k = (${lastChunkOf("s.number")})`;
    conditions.push(
      `NOT EXISTS (SELECT 1 FROM dcs_streams s
        WHERE path = ? AND stream_id = ? AND version = ? AND coalesce((${end}), ?) = ?)`,
    );
    params.push(path, streamId, stored.version, base.pos, tail.pos);
  }
  if (taskId !== undefined) {
    conditions.push("(SELECT count(*) FROM dcs_tasks WHERE id = ?) <> ?");
    params.push(taskId, snapshot.taskPlanned ? 1 : 0);
  }
  return { sql: `INSERT INTO dcs_guard (conflict) SELECT NULL WHERE ${conditions.join(" OR ")}`, params };
}

function removeStatements(path: string, number: number): Statement[] {
  return [
    { sql: "DELETE FROM dcs_streams WHERE path = ?", params: [path] },
    { sql: "DELETE FROM dcs_forks WHERE number = ?", params: [number] },
    ...freeStatements(number),
  ];
}

function createStatements(path: string, identity: StreamIdentity, after: StreamState): Statement[] {
  const { streamId, contentType, ttlSeconds, expiresAt, createdAt, base, fork } = identity;
  return [
    {
      sql: "INSERT INTO dcs_meta VALUES ('next_number', 1) ON CONFLICT DO UPDATE SET value = value + 1",
      params: [],
    },
    {
      sql: `INSERT INTO dcs_streams (path, number, stream_id, version, content_type, ttl_seconds, expires_at, created_at,
          touched_at, base_pos, base_seq, fork, closed, soft_deleted, forks)
        VALUES (?, ${LAST_NUMBER}, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
      params: [
        path,
        streamId,
        contentType,
        ttlSeconds ?? null,
        expiresAt ?? null,
        createdAt,
        createdAt,
        base.pos,
        base.seq,
        fork === undefined ? null : JSON.stringify(fork),
        after.closed ? 1 : 0,
      ],
    },
  ];
}

interface Appended {
  readonly statements: readonly Statement[];
  readonly tail: LogPosition;
}

function appendStatements(
  kept: { readonly number: number; readonly last: LastChunk | undefined } | undefined,
  tail: LogPosition,
  before: StreamState | undefined,
  { framed, at, seq }: AppendedBytes,
  { producer }: Commit,
  id: string,
  limits: ChunkLimits,
): Appended {
  const last = kept?.last;
  const open = last !== undefined && last.length < limits.coalesceBelow ? last : undefined;
  const plan: ChunkPlan = planChunks(tail, open?.length ?? 0, framed, limits);
  const lastSeq = seq ?? (kept && before?.lastSeq) ?? null;
  const producers = (kept && before ? before.producers : 0) + (producer && !producer.known ? 1 : 0);
  const statements: Statement[] = [];
  if (kept && open && plan.extend) {
    statements.push({
      sql: `UPDATE dcs_chunks SET data = CAST(data || unhex(?) AS BLOB), written_at = ?, last_seq = ?, producers = ?,
          trail = substr(trail || ?, -${TRAIL_LENGTH}) WHERE k = ${KEY}`,
      params: [toHex(plan.extend), at, lastSeq, producers, id, kept.number, open.start],
    });
  }
  for (const chunk of plan.inserts) {
    statements.push({
      sql: `INSERT INTO dcs_chunks (k, seq, lead, written_at, last_seq, producers, trail, data)
        VALUES (${kept ? KEY : CREATED_KEY}, ?, ?, ?, ?, ?, ?, unhex(?))`,
      params: [
        ...(kept ? [kept.number] : []),
        chunk.start,
        chunk.seq,
        chunk.lead,
        at,
        lastSeq,
        producers,
        id,
        toHex(chunk.data),
      ],
    });
  }
  return { statements, tail: plan.tail };
}

function changeStatements(path: string, number: number, commit: Commit, after: StreamState): Statement[] {
  const { append, producer, addFork, dropFork, close, softDelete, touchedAt } = commit;
  const statements: Statement[] = [];
  if (producer) {
    statements.push({
      sql: `INSERT INTO dcs_producers VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq`,
      params: [number, producer.id, producer.state.epoch, producer.state.lastSeq],
    });
  }
  if (addFork) {
    statements.push({
      sql: "INSERT INTO dcs_forks VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET readable_to = excluded.readable_to",
      params: [number, addFork.forkId, addFork.end],
    });
  }
  if (dropFork) {
    statements.push({ sql: "DELETE FROM dcs_forks WHERE number = ? AND fork_id = ?", params: [number, dropFork] });
  }
  const ofStream = close || softDelete || addFork || dropFork || touchedAt !== undefined;
  if (ofStream || (producer && !append)) {
    statements.push({
      sql: `UPDATE dcs_streams SET version = version + 1, closed = ?, soft_deleted = ?, touched_at = ?, forks = ?
        WHERE path = ?`,
      params: [after.closed ? 1 : 0, after.softDeleted ? 1 : 0, after.touchedAt, after.forks, path],
    });
  }
  return statements;
}
