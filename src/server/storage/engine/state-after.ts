import type { LogPosition } from "../contract/index.ts";
import type { Commit } from "./commit.ts";
import type { Snapshot, StreamState } from "./state.ts";

/**
 * What a path holds after a commit, for backends that store a state as a whole, or remember it.
 *
 * @param tail Where the log ends after the commit; needed when it appends.
 */
export function stateAfter(snapshot: Snapshot, commit: Commit, tail: LogPosition | undefined): StreamState | undefined {
  const before = commit.create ? emptyState(commit.create) : commit.remove ? undefined : snapshot.state;
  if (before === undefined) return undefined;
  const { append, producer } = commit;
  return {
    ...before,
    tail: append && tail ? tail : before.tail,
    touchedAt: Math.max(before.touchedAt, append?.at ?? 0, commit.touchedAt ?? 0),
    lastSeq: append?.seq ?? before.lastSeq,
    closed: before.closed || commit.close === true,
    softDeleted: before.softDeleted || commit.softDelete === true,
    producers: before.producers + (producer && !producer.known ? 1 : 0),
    forks: before.forks + forksGained(snapshot, commit),
  };
}

/** Registering a known fork again, or forgetting an unknown one, changes nothing. */
function forksGained(snapshot: Snapshot, { addFork, dropFork }: Commit): number {
  const known = snapshot.forkEnd !== undefined;
  return (addFork && !known ? 1 : 0) - (dropFork && known ? 1 : 0);
}

const emptyState = (identity: NonNullable<Commit["create"]>): StreamState => ({
  ...identity,
  touchedAt: identity.createdAt,
  closed: false,
  softDeleted: false,
  tail: identity.base,
  lastSeq: undefined,
  producers: 0,
  forks: 0,
});
