import type { ProducerState, StreamId } from "../../../shared/index.ts";
import type { LogPosition } from "../contract/index.ts";
import type { Commit } from "../engine/commit.ts";
import type { Snapshot, StreamIdentity, StreamState } from "../engine/state.ts";
import { stateAfter } from "../engine/state-after.ts";
import type { Task } from "../engine/task.ts";

/** What the removal of a stream means for its path: carried out there afterwards, by whoever comes first. */
export interface TaskChanges {
  readonly schedule: readonly Task[];
  readonly cancel: readonly string[];
}

/** A stream after one of its commits. */
export interface ChainState {
  /** Number of the commit: 0 for the creation itself when it brought no bytes, then one more each. */
  readonly number: number;
  readonly state: StreamState;
  readonly producers: ReadonlyMap<string, ProducerState>;
  /** Registered forks and how far each may read. */
  readonly forks: ReadonlyMap<StreamId, number>;
  /** Commits below this number were rolled up into segments, or are too large to be. May lag behind. */
  readonly rolled: number;
  /** Set by the last commit of all: the stream is removed. */
  readonly removed: TaskChanges | undefined;
}

/** A stream that was just created, empty. */
export function newborn(identity: StreamIdentity, closed: boolean): ChainState {
  const state: StreamState = {
    ...identity,
    touchedAt: identity.createdAt,
    closed,
    softDeleted: false,
    tail: identity.base,
    lastSeq: undefined,
    producers: 0,
    forks: 0,
  };
  return { number: 0, state, producers: new Map(), forks: new Map(), rolled: 0, removed: undefined };
}

/** The stream after one more commit. */
export function nextState(before: ChainState, snapshot: Snapshot, commit: Commit, tail: LogPosition): ChainState {
  const { producer, addFork, dropFork } = commit;
  const state = stateAfter(snapshot, commit, tail) ?? before.state;
  return {
    ...before,
    number: before.number + 1,
    state,
    producers: producer ? new Map(before.producers).set(producer.id, producer.state) : before.producers,
    forks: forksAfter(before.forks, addFork, dropFork),
  };
}

/** The stream with what is known otherwise of how far it was rolled up: that never goes back. */
export const rolledUpTo = (chain: ChainState, rolled: number): ChainState =>
  rolled > chain.rolled ? { ...chain, rolled } : chain;

/** The end of a stream. */
export const removedState = (before: ChainState, removed: TaskChanges): ChainState => ({
  ...before,
  number: before.number + 1,
  removed,
});

function forksAfter(
  before: ReadonlyMap<StreamId, number>,
  added: Commit["addFork"],
  dropped: StreamId | undefined,
): ReadonlyMap<StreamId, number> {
  if (added === undefined && dropped === undefined) return before;
  const forks = new Map(before);
  if (added) forks.set(added.forkId, added.end);
  if (dropped) forks.delete(dropped);
  return forks;
}
