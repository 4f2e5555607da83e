import type { ProducerState, StreamId } from "../../../shared/index.ts";
import type { LogPosition } from "../contract/index.ts";
import type { Chunk } from "../engine/backend.ts";
import { type ChunkLimits, planChunks } from "../engine/chunk-plan.ts";
import type { Commit } from "../engine/commit.ts";
import { concatenate } from "../engine/messages.ts";
import type { Snapshot } from "../engine/state.ts";
import { stateAfter } from "../engine/state-after.ts";
import type { Task } from "../engine/task.ts";
import { EMPTY_INDEX, extendIndex, type IndexedChunk, type NewPage } from "./chunk-index.ts";
import type { PathRecord } from "./record.ts";

/** A commit as values to write: everything immutable first, then the record that names it. */
export interface RecordCommit {
  /** Names what is written along. */
  readonly commitId: string;
  readonly record: PathRecord;
  /** Chunks that this commit seals. */
  readonly sealed: readonly Chunk[];
  /** Pages that this commit fills. */
  readonly pages: readonly NewPage[];
}

/** Works out what a path holds after a commit. */
export function commitRecord(
  before: PathRecord,
  snapshot: Snapshot,
  commit: Commit,
  commitId: string,
  limits: ChunkLimits,
): RecordCommit {
  const isFresh = commit.remove || commit.create !== undefined;
  const kept = isFresh
    ? { producers: new Map<string, ProducerState>(), forks: new Map<StreamId, number>(), index: EMPTY_INDEX }
    : before;
  const open = isFresh ? undefined : before.open;
  const tail = commit.create?.base ?? (commit.remove ? undefined : snapshot.state?.tail);
  const appended = commit.append && tail ? append(open, tail, commit.append, limits) : { open, sealed: [], tail };
  const grown = extendIndex(kept.index, appended.sealed.map(indexed(commitId)), commitId);
  const record: PathRecord = {
    version: before.version + 1,
    state: stateAfter(snapshot, commit, appended.tail),
    producers: changed(kept.producers, commit.producer && [commit.producer.id, commit.producer.state], undefined),
    forks: changed(kept.forks, commit.addFork && [commit.addFork.forkId, commit.addFork.end], commit.dropFork),
    tasks: changedTasks(before.tasks, commit),
    index: grown.index,
    open: appended.open,
  };
  return { commitId, record, sealed: appended.sealed, pages: grown.pages };
}

interface Appended {
  readonly open: Chunk | undefined;
  readonly sealed: readonly Chunk[];
  readonly tail: LogPosition | undefined;
}

function append(
  open: Chunk | undefined,
  tail: LogPosition,
  { framed, at }: NonNullable<Commit["append"]>,
  limits: ChunkLimits,
): Appended {
  const plan = planChunks(tail, open?.length ?? 0, framed, limits);
  const chunks: Chunk[] = plan.inserts.map((chunk) => ({ ...chunk, length: chunk.data.length, writtenAt: at }));
  if (open !== undefined) {
    const data = concatenate([open.data, plan.extend ?? new Uint8Array(0)]);
    chunks.unshift({ ...open, data, length: data.length, writtenAt: at });
  }
  const last = chunks.at(-1);
  const isOpen = last !== undefined && last.length < limits.coalesceBelow;
  // The body belongs to the caller, who may write to it again; what goes to KV is read before the caller is answered.
  const kept = isOpen ? { ...last, data: new Uint8Array(last.data) } : undefined;
  return { open: kept, sealed: isOpen ? chunks.slice(0, -1) : chunks, tail: plan.tail };
}

const indexed =
  (commitId: string) =>
  ({ start, length, seq, lead, writtenAt }: Chunk): IndexedChunk => ({ start, length, seq, lead, writtenAt, commitId });

function changed<Key, Value>(
  before: ReadonlyMap<Key, Value>,
  added: readonly [Key, Value] | undefined,
  dropped: Key | undefined,
): ReadonlyMap<Key, Value> {
  if (added === undefined && dropped === undefined) return before;
  const after = new Map(before);
  if (added !== undefined) after.set(...added);
  if (dropped !== undefined) after.delete(dropped);
  return after;
}

function changedTasks(before: ReadonlyMap<string, Task>, { schedule = [], cancel = [] }: Commit) {
  if (schedule.length === 0 && cancel.length === 0) return before;
  const after = new Map(before);
  for (const task of schedule) after.set(task.id, task);
  for (const id of cancel) after.delete(id);
  return after;
}
