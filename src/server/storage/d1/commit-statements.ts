import type { ChunkLimits } from "../engine/chunk-plan.ts";
import type { Commit } from "../engine/commit.ts";
import type { CommitPlan } from "../engine/commit-loop.ts";
import type { StreamIdentity, StreamState } from "../engine/state.ts";
import { stateAfter } from "../engine/state-after.ts";
import type { Task } from "../engine/task.ts";
import { type AppendPlan, planAppend } from "./append-statements.ts";
import type { Statement } from "./database.ts";
import { guardStatement } from "./guard.ts";
import { isFreedAtOnce, reclaimTask, removeStatements } from "./removal.ts";
import type { D1View } from "./rows.ts";
import { LAST_NUMBER } from "./schema.ts";
import { cancelStatement, scheduleStatement } from "./tasks.ts";

/** A commit as one batch. */
export interface D1Plan extends CommitPlan<D1View> {
  readonly id: string;
  /** The guard; what the append consists of, if there is one; then the rest. */
  readonly statements: readonly Statement[];
  readonly append: AppendPlan | undefined;
  /** What the path holds afterwards, if nobody else appends before. */
  readonly after: StreamState | undefined;
}

/** What the statements of a commit depend on besides the commit. */
export interface PlanContext {
  readonly limits: ChunkLimits;
  /** Whose tasks they are. */
  readonly owner: string;
}

/**
 * Writes a commit as the statements of one batch, which D1 runs as one transaction. The first one fails, and all with
 * it, unless the path is as it was loaded; so the others need no condition.
 */
export function planCommit(view: D1View, commit: Commit, id: string, { limits, owner }: PlanContext): D1Plan {
  const { path, snapshot, stored } = view;
  const removed = commit.remove && stored && snapshot.state;
  const kept = commit.remove || commit.create ? undefined : stored;
  const tail = commit.create?.base ?? (commit.remove ? undefined : snapshot.state?.tail);
  const append =
    commit.append &&
    tail &&
    planAppend(
      { stored: kept, state: snapshot.state, tail, append: commit.append, producer: commit.producer, id },
      limits,
    );
  const after = stateAfter(snapshot, commit, append?.tail ?? tail);
  const reclaim = removed && !isFreedAtOnce(removed, stored.last) ? [reclaimTask(stored.number)] : [];
  const statements = [
    guardStatement(view, append?.movable, limits),
    ...(kept ? (append?.statements ?? []) : []),
    ...(removed ? removeStatements(path, stored.number) : []),
    ...(commit.create && after ? createStatements(path, commit.create, after) : []),
    ...(kept ? [] : (append?.statements ?? [])),
    ...(kept && after ? changeStatements(path, kept.number, commit, after) : []),
    ...taskStatements(owner, [...(commit.schedule ?? []), ...reclaim], commit.cancel ?? []),
  ];
  return { view, commit, id, statements, append, tail: append?.tail ?? tail, after };
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

function taskStatements(owner: string, schedule: readonly Task[], cancel: readonly string[]): Statement[] {
  return [...schedule.map((task) => scheduleStatement(owner, task)), ...cancel.map(cancelStatement)];
}
