import type { StreamId } from "../../../../shared/index.ts";
import type { Commit, Decision } from "../commit.ts";
import { deadlineOf, isExpired, requireLive } from "../lifetime.ts";
import type { Snapshot, StreamState } from "../state.ts";
import { expireTaskId, RELEASE_GRACE_MS, releaseTask } from "../task.ts";

/** What must happen after a stream was removed: its sources have to forget it. */
export interface Removed {
  readonly removed: boolean;
}

/** Removes a stream for good, and plans the release of every stream it was forked from for a time. */
export function removal(state: StreamState, releaseAt: number): Commit & { readonly remove: true } {
  return {
    remove: true,
    schedule: sourcesOf(state).map((source) => releaseTask(source, state.streamId, releaseAt)),
    cancel: [expireTaskId(state.streamId)],
  };
}

/** The streams a fork is registered with: the one it named and all whose bytes it reads. */
export function sourcesOf(state: StreamState): string[] {
  if (state.fork === undefined) return [];
  return [...new Set([state.fork.source, ...state.fork.segments.map((segment) => segment.path)])];
}

/** Judges a deletion (PROTOCOL.md §5.4). @throws StreamNotFoundError, StreamGoneError. */
export function decideDelete(snapshot: Snapshot, path: string, now: number): Decision<Removed> {
  return retire(requireLive(path, snapshot.state, now), now);
}

/** Judges whether a stream's life is over; if not, plans to look again. */
export function decideExpiry(snapshot: Snapshot, path: string, streamId: StreamId, now: number): Decision<Removed> {
  const { state } = snapshot;
  const done = { removed: false };
  if (state === undefined || state.streamId !== streamId || state.softDeleted) {
    return { result: done, commit: { cancel: [expireTaskId(streamId)] } };
  }
  if (isExpired(state, now)) return retire(state, now);
  const at = deadlineOf(state) ?? now;
  // The access is not stored here: after a restart it is partly assumed, and storing that would extend it every time.
  return {
    result: done,
    commit: { schedule: [{ id: expireTaskId(streamId), at, job: { kind: "expire", path, streamId } }] },
  };
}

function retire(state: StreamState, now: number): Decision<Removed> {
  return state.forks > 0
    ? { result: { removed: false }, commit: { softDelete: true, cancel: [expireTaskId(state.streamId)] } }
    : { result: { removed: true }, commit: removal(state, now + RELEASE_GRACE_MS) };
}
