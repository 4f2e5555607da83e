import {
  ContentTypeMismatchError,
  normalizeContentType,
  StreamConflictError,
  StreamGoneError,
  type StreamId,
  StreamNotFoundError,
  UnavailableError,
} from "../../../../shared/index.ts";
import type { AcquireRequest, ForkOrigin, LogPosition, RetainRequest, Segment } from "../../contract/index.ts";
import type { Decision } from "../commit.ts";
import { presenceOf } from "../lifetime.ts";
import type { Snapshot, StreamState } from "../state.ts";
import { abandonTaskId, RELEASE_GRACE_MS, releaseTask, type Task } from "../task.ts";
import { type CreateCommand, type CreateVerdict, confirmExisting, create } from "./create.ts";
import { removal } from "./remove.ts";

/** Streams that the bytes of one fork may lie in. Each is one call when the fork is made, in the object of that stream. */
const MAX_SEGMENTS = 100;

/** A request to create a fork. */
export interface ForkCommand extends CreateCommand {
  /** Path of the named source. */
  readonly source: string;
  /** When the fork counts as abandoned, in ms since the epoch. */
  readonly deadline: number;
}

/**
 * First step of a fork, at the target: an existing stream decides alone; otherwise the intent is stored, so that
 * whatever is acquired after it is released even if nobody comes back.
 */
export function beginFork(snapshot: Snapshot, command: ForkCommand): Decision<CreateVerdict | undefined> {
  const existing = confirmExisting(snapshot.state, command);
  if (existing !== undefined) return existing;
  return { result: undefined, commit: { schedule: [intent(command, [command.source])] } };
}

/** The task that undoes a fork unless it was finished. */
export function intent(command: ForkCommand, sources: readonly string[]): Task {
  const { path, streamId: forkId } = command;
  return { id: abandonTaskId(forkId), at: overAt(command), job: { kind: "abandon", path, forkId, sources } };
}

/** When no source accepts a fork's requests any more, whatever its clock says, in ms since the epoch. */
export const overAt = ({ deadline }: ForkCommand): number => deadline + CLOCK_SKEW_MS;

/** How far apart the clocks of a fork and its sources may be, in ms. */
const CLOCK_SKEW_MS = 10_000;

/**
 * Last step of a fork, at the target: creates it, if its intent still stands and the path is still free.
 *
 * @throws UnavailableError when the fork was given up meanwhile; StreamConflictError.
 */
export function completeFork(snapshot: Snapshot, command: ForkCommand, origin: ForkOrigin): Decision<CreateVerdict> {
  const existing = confirmExisting(snapshot.state, command);
  if (existing !== undefined) return existing;
  if (!snapshot.taskPlanned) {
    throw givenUp();
  }
  const { options, streamId, now } = command;
  const inherits = options.ttlSeconds === undefined && options.expiresAt === undefined;
  const decision = create(snapshot, command, {
    streamId,
    contentType: origin.contentType,
    ttlSeconds: inherits ? origin.ttlSeconds : options.ttlSeconds,
    expiresAt: inherits ? origin.expiresAt : options.expiresAt,
    createdAt: now,
    base: origin.base,
    fork: {
      source: command.source,
      offset: options.forkOffset,
      subOffset: options.forkSubOffset ?? 0,
      ttlSeconds: options.ttlSeconds,
      expiresAt: options.expiresAt,
      segments: origin.segments,
    },
  });
  const cancel = [...(decision.commit?.cancel ?? []), abandonTaskId(streamId)];
  return { result: decision.result, commit: { ...decision.commit, cancel } };
}

/**
 * Gives a fork up at the target: every source it may have reached is to forget it. Idempotent. A fork that turns out to
 * be there, because only the answer to its creation was lost, keeps its sources.
 */
export function decideAbandon(
  snapshot: Snapshot,
  { forkId, sources, releaseAt }: { forkId: StreamId; sources: readonly string[]; releaseAt: number },
): Decision<{ created: boolean }> {
  const created = snapshot.state?.streamId === forkId;
  const schedule = created ? [] : sources.map((source) => releaseTask(source, forkId, releaseAt));
  return { result: { created }, commit: { schedule, cancel: [abandonTaskId(forkId)] } };
}

/** The stream that a fork names. @throws StreamNotFoundError, StreamConflictError, ContentTypeMismatchError. */
export function requireForkable(snapshot: Snapshot, request: AcquireRequest, now: number): StreamState {
  refuseLate(request.deadline, now);
  const presence = presenceOf(snapshot.state, now);
  if (presence.kind === "absent") throw new StreamNotFoundError({ path: request.source });
  if (presence.kind === "gone") {
    throw new StreamConflictError({ detail: `${request.source} was deleted and cannot be forked any more` });
  }
  const { contentType } = presence.state;
  if (request.contentType && normalizeContentType(request.contentType) !== normalizeContentType(contentType)) {
    throw new ContentTypeMismatchError({ expected: contentType, received: request.contentType });
  }
  return presence.state;
}

/** Registers a fork with the stream it names, at a position that was found to be a boundary. */
export function decideAcquire(
  snapshot: Snapshot,
  request: AcquireRequest,
  found: { streamId: StreamId; base: LogPosition },
  now: number,
): Decision<ForkOrigin> {
  const state = requireForkable(snapshot, request, now);
  if (state.streamId !== found.streamId) throw new StreamNotFoundError({ path: request.source });
  return {
    result: originAt(request.source, state, found.base),
    ...(snapshot.forkEnd === undefined && { commit: { addFork: { forkId: request.forkId, end: found.base.pos } } }),
  };
}

/** @throws StreamConflictError when the fork would have to register with too many streams to be made in time. */
function originAt(path: string, state: StreamState, base: LogPosition): ForkOrigin {
  const own: Segment = { path, streamId: state.streamId, start: state.base.pos, end: base.pos };
  const segments = [...(state.fork?.segments ?? []), own]
    .map((segment) => ({ ...segment, end: Math.min(segment.end, base.pos) }))
    .filter((segment) => segment.start < segment.end);
  if (segments.length > MAX_SEGMENTS) {
    const detail = `${path} already reads from ${MAX_SEGMENTS} streams: copy it to a new stream and fork that`;
    throw new StreamConflictError({ detail });
  }
  const { streamId, contentType, ttlSeconds, expiresAt } = state;
  return { streamId, contentType, ttlSeconds, expiresAt, base, segments };
}

/** Registers a fork with a stream whose bytes it reads. A soft-deleted one serves as well. @throws StreamGoneError. */
export function decideRetain(snapshot: Snapshot, request: RetainRequest, now: number): Decision<void> {
  refuseLate(request.deadline, now);
  if (snapshot.state?.streamId !== request.streamId) throw new StreamGoneError();
  if (snapshot.forkEnd !== undefined && snapshot.forkEnd >= request.end) return { result: undefined };
  return { result: undefined, commit: { addFork: { forkId: request.forkId, end: request.end } } };
}

/** Forgets a fork; a stream that was kept for it alone is removed, which releases its own sources in turn. */
export function decideRelease(snapshot: Snapshot, forkId: StreamId, now: number): Decision<{ removed: boolean }> {
  const { state } = snapshot;
  if (state === undefined || snapshot.forkEnd === undefined) return { result: { removed: false } };
  const last = state.softDeleted && state.forks === 1;
  return last
    ? { result: { removed: true }, commit: removal(state, now + RELEASE_GRACE_MS) }
    : { result: { removed: false }, commit: { dropFork: forkId } };
}

/** Tells whoever asked for a fork that took too long to ask again. */
export const givenUp = (): UnavailableError =>
  new UnavailableError({ retryAfterSeconds: 1 }, { detail: "The fork took too long and was given up" });

function refuseLate(deadline: number, now: number): void {
  if (now > deadline) throw givenUp();
}
