import type { StreamId } from "../../../shared/index.ts";
import type { LogPosition } from "../contract/index.ts";
import { type ChunkLimits, planChunks } from "../engine/chunk-plan.ts";
import type { Commit } from "../engine/commit.ts";
import type { CommitPlan, CommitView } from "../engine/commit-loop.ts";
import type { Task } from "../engine/task.ts";
import { type ChainState, newborn, nextState, removedState } from "./chain-state.ts";
import { type ChunkSize, type CommitEntry, encodeCommit } from "./commit-object.ts";
import { type PathView, tasksIn } from "./known-paths.ts";
import type { NewObject } from "./objects.ts";
import { type PathRecord, type StreamRecord, tasksAfter } from "./path-record.ts";
import { reclaimTask } from "./reclaim-key.ts";

/** What a commit has to know of the path beyond what the rules see. */
export interface R2View extends CommitView {
  readonly path: string;
  readonly at: PathView;
}

/** One object of a stream's chain of commits. */
export interface ChainPut {
  readonly streamId: StreamId;
  readonly object: NewObject;
  readonly after: ChainState;
  readonly entry: CommitEntry;
  readonly bytes: Uint8Array;
}

/** A commit as the objects that are written for it, in this order. */
export interface R2Plan extends CommitPlan<R2View> {
  readonly id: string;
  /** Tasks to be found, before they are planned. */
  readonly planned: readonly Task[];
  /** The first commit of a stream that is created with bytes. It counts only once the path names its stream. */
  readonly first: ChainPut | undefined;
  /** The next commit of the stream that is there: its number is what contenders meet on. */
  readonly next: ChainPut | undefined;
  /** What the path names afterwards. */
  readonly record: PathRecord | undefined;
  /** Whether the commit is made when the record is written; if not, the record follows from the commit. */
  readonly decidedByRecord: boolean;
  /** Tasks that are not planned any more. */
  readonly dropped: readonly Task[];
}

/** One object holds one commit, which the next does not extend. In it, chunks are what a reader holds at a time. */
const LIMITS: ChunkLimits = { maxBytes: 1024 * 1024, coalesceBelow: 0 };

const NO_BYTES = new Uint8Array(0);

/**
 * Writes a commit as objects.
 *
 * @param now In ms since the epoch.
 */
export function planCommit(view: R2View, commit: Commit, id: string, now: number): R2Plan {
  const { at, snapshot } = view;
  const { stored, chain } = at;
  const live = chain?.removed === undefined ? chain : undefined;
  const planned = [...(commit.schedule ?? [])];
  const cancel = commit.cancel ?? [];
  const tasks = tasksIn(at);
  let next: ChainPut | undefined;
  if (commit.remove && live) {
    const { streamId } = live.state;
    planned.push(reclaimTask({ what: "stream", streamId, path: view.path }, 0));
    const rolled = reclaimTask({ what: "rolled", streamId, path: view.path }, 0);
    const after = removedState(live, { schedule: planned, cancel: [...cancel, rolled.id] });
    next = chainPut(live, after, { id, at: now, chunks: [], bytes: NO_BYTES });
  } else if (live && !commit.create && changesStream(commit)) {
    if (planned.length > 0) throw new Error("Nothing is planned along with a change of a stream that stays");
    next = continued(live, view, commit, id, now);
  }
  const created = commit.create && birth(view.path, commit, commit.create, id, now);
  const dropped = commit.remove && next ? (next.after.removed?.cancel ?? []) : cancel;
  const after = tasksAfter(tasks, planned, dropped);
  const kept = commit.remove || chain?.removed ? undefined : stored.record.stream;
  const stream = created?.stream ?? kept;
  const same = stream === stored.record.stream && sameTasks(after, stored.record.tasks);
  const tail = created?.tail ?? (commit.remove ? undefined : (next?.after.state.tail ?? snapshot.state?.tail));
  return {
    view,
    commit: placed(commit),
    id,
    tail,
    planned: planned.filter((task) => !tasks.some((old) => isSame(old, task))),
    first: created?.first,
    next,
    record: same ? undefined : { stream, tasks: after },
    decidedByRecord: commit.create !== undefined || next === undefined,
    dropped: tasks.filter((old) => !after.some((task) => task.id === old.id && task.at === old.at)),
  };
}

/** Here an append stands where its number says or nowhere, so that where it ended is known even if its answer is lost. */
function placed(commit: Commit): Commit {
  if (commit.append === undefined) return commit;
  const { movable: _, ...append } = commit.append;
  return { ...commit, append };
}

const changesStream = (commit: Commit): boolean =>
  commit.append !== undefined ||
  commit.close === true ||
  commit.softDelete === true ||
  commit.producer !== undefined ||
  commit.touchedAt !== undefined ||
  commit.addFork !== undefined ||
  commit.dropFork !== undefined;

interface WrittenCommit {
  readonly id: string;
  readonly at: number;
  readonly chunks: readonly ChunkSize[];
  readonly bytes: Uint8Array;
}

function chainPut({ state }: ChainState, after: ChainState, written: WrittenCommit): ChainPut {
  const { at, chunks, bytes } = written;
  const { pos, seq } = after.state.tail;
  return {
    streamId: state.streamId,
    object: encodeCommit({ ...written, after }),
    after,
    entry: { number: after.number, start: pos - bytes.length, seq: seq - chunks.length, at, chunks },
    bytes,
  };
}

function continued(before: ChainState, { snapshot }: R2View, commit: Commit, id: string, now: number): ChainPut {
  const { tail, chunks, bytes } = chunksOf(before.state.tail, commit);
  return chainPut(before, nextState(before, snapshot, commit, tail), {
    id,
    at: commit.append?.at ?? now,
    chunks,
    bytes,
  });
}

function chunksOf(tail: LogPosition, { append }: Commit) {
  if (append === undefined) return { tail, chunks: [], bytes: NO_BYTES };
  const plan = planChunks(tail, 0, append.framed, LIMITS);
  const chunks = plan.inserts.map(({ data, lead }): ChunkSize => [data.length, lead]);
  return { tail: plan.tail, chunks, bytes: append.framed.bytes };
}

interface Birth {
  readonly stream: StreamRecord;
  readonly first: ChainPut | undefined;
  readonly tail: LogPosition;
}

/** A stream that is created without bytes is all in the path's record; else its first commit has them. */
function birth(path: string, commit: Commit, identity: NonNullable<Commit["create"]>, id: string, now: number): Birth {
  const closed = commit.close === true;
  const empty = newborn(identity, false);
  if (commit.append === undefined) {
    return { stream: { identity, closed, from: 0 }, first: undefined, tail: identity.base };
  }
  const { remove: _, create: __, ...rest } = commit;
  const nothing = { producer: undefined, forkEnd: undefined, taskPlanned: false };
  const view = { path, snapshot: { state: empty.state, ...nothing } };
  const { tail, chunks, bytes } = chunksOf(identity.base, rest);
  const after = nextState(empty, view.snapshot, rest, tail);
  const first = chainPut(empty, after, { id, at: commit.append.at ?? now, chunks, bytes });
  return { stream: { identity, closed, from: 1 }, first, tail };
}

const isSame = (a: Task, b: Task): boolean => JSON.stringify(a) === JSON.stringify(b);

const sameTasks = (a: readonly Task[], b: readonly Task[]): boolean => JSON.stringify(a) === JSON.stringify(b);
