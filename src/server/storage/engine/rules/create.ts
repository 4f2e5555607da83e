import {
  DEFAULT_CONTENT_TYPE,
  InvalidRequestError,
  isJsonContentType,
  normalizeContentType,
  StreamConflictError,
  type StreamId,
  validateExpiresAt,
} from "../../../../shared/index.ts";
import type { LogPosition, PutOptions, PutResult } from "../../contract/index.ts";
import type { Body } from "../body.ts";
import type { Commit, Decision } from "../commit.ts";
import { deadlineOf, presenceOf } from "../lifetime.ts";
import type { Snapshot, StreamIdentity, StreamState } from "../state.ts";
import { expireTaskId, type Task } from "../task.ts";
import { removal } from "./remove.ts";

/** A request to create a stream or to confirm that it exists. */
export interface CreateCommand {
  readonly path: string;
  readonly options: PutOptions;
  readonly body: Body;
  /** Identity of the stream if it is created. */
  readonly streamId: StreamId;
  readonly now: number;
}

/** What a creation did; where the log ends afterwards only the backend knows. */
export type CreateVerdict = Omit<PutResult, "nextOffset">;

const ORIGIN: LogPosition = { pos: 0, seq: 0 };

/** Judges the creation of a stream that is no fork (PROTOCOL.md §5.1). */
export function decideCreate(snapshot: Snapshot, command: CreateCommand): Decision<CreateVerdict> {
  const existing = confirmExisting(snapshot.state, command);
  if (existing !== undefined) return existing;
  const { options, streamId, now } = command;
  return create(snapshot, command, {
    streamId,
    contentType: options.contentType ?? DEFAULT_CONTENT_TYPE,
    ttlSeconds: options.ttlSeconds,
    expiresAt: options.expiresAt,
    createdAt: now,
    base: ORIGIN,
    fork: undefined,
  });
}

/** Refuses lifetimes that no stream can have. @throws InvalidRequestError. */
export function checkLifetime({ ttlSeconds, expiresAt }: PutOptions): void {
  if (ttlSeconds !== undefined && expiresAt !== undefined) {
    throw invalid("Stream-TTL", "A stream has a sliding or an absolute lifetime, not both");
  }
  if (ttlSeconds !== undefined && !isLifetime(ttlSeconds)) {
    throw invalid("Stream-TTL", "A lifetime is a whole number of seconds, zero or more");
  }
  if (expiresAt !== undefined && validateExpiresAt(expiresAt) === null) {
    throw invalid("Stream-Expires-At", "An end of life is an RFC 3339 date and time");
  }
}

/**
 * The answer to a PUT on a path that is in use: success when the configuration matches what is there (a fork is
 * compared with what its first request sent, without asking its source), else a conflict; `undefined` when the path
 * is free.
 *
 * @throws StreamConflictError.
 */
export function confirmExisting(
  state: StreamState | undefined,
  { path, options, now }: Pick<CreateCommand, "path" | "options" | "now">,
): Decision<CreateVerdict> | undefined {
  const presence = presenceOf(state, now);
  if (presence.kind === "absent") return undefined;
  if (presence.kind === "gone") {
    throw conflict(`${path} was deleted and cannot be created again while forks read it`);
  }
  const difference = differences(presence.state, options).find(([, differs]) => differs);
  if (difference !== undefined) {
    throw conflict(`${path} exists with another configuration: ${difference[0]} differs`);
  }
  return { result: verdict(presence.state, false, presence.state.closed) };
}

/** Also in milliseconds a lifetime must be a number that is exact. */
const isLifetime = (seconds: number): boolean =>
  Number.isInteger(seconds) && Number.isSafeInteger(seconds * 1000) && seconds >= 0;

const invalid = (parameter: string, detail: string): InvalidRequestError =>
  new InvalidRequestError({ parameter }, { detail });

const conflict = (detail: string): StreamConflictError => new StreamConflictError({ detail });

function differences(state: StreamState, options: PutOptions): [name: string, differs: boolean][] {
  const { fork } = state;
  const sent = fork ?? state;
  const askedType = options.contentType ?? (fork === undefined ? DEFAULT_CONTENT_TYPE : state.contentType);
  return [
    ["Content-Type", normalizeContentType(askedType) !== normalizeContentType(state.contentType)],
    ["Stream-TTL", options.ttlSeconds !== sent.ttlSeconds],
    ["Stream-Expires-At", instant(options.expiresAt) !== instant(sent.expiresAt)],
    ["Stream-Closed", (options.closed ?? false) !== state.closed],
    ["Stream-Forked-From", options.forkedFrom !== fork?.source],
    ["Stream-Fork-Offset", options.forkOffset !== fork?.offset],
    ["Stream-Fork-Sub-Offset", (options.forkSubOffset ?? 0) !== (fork?.subOffset ?? 0)],
  ];
}

const instant = (expiresAt: string | undefined): number | undefined =>
  expiresAt === undefined ? undefined : Date.parse(expiresAt);

/** Creates the stream, in place of an expired one if there is one. @throws InvalidJsonError for its first content. */
export function create(
  snapshot: Snapshot,
  { path, options, body, now }: CreateCommand,
  identity: StreamIdentity,
): Decision<CreateVerdict> {
  const replaced = snapshot.state && removal(snapshot.state, now);
  const framed = body.length > 0 ? body.framed(isJsonContentType(identity.contentType), "allow") : undefined;
  const commit: Commit = {
    ...replaced,
    create: identity,
    ...(framed && framed.bytes.length > 0 && { append: { framed, at: now, seq: undefined } }),
    ...(options.closed && { close: true as const }),
    schedule: [...(replaced?.schedule ?? []), ...expiryTasks(path, identity)],
  };
  return { result: verdict(identity, true, options.closed ?? false), commit };
}

function expiryTasks(path: string, identity: StreamIdentity): Task[] {
  const { streamId } = identity;
  const at = deadlineOf({ ...identity, touchedAt: identity.createdAt });
  return at === undefined ? [] : [{ id: expireTaskId(streamId), at, job: { kind: "expire", path, streamId } }];
}

const verdict = (identity: StreamIdentity, created: boolean, closed: boolean): CreateVerdict => ({
  created,
  streamId: identity.streamId,
  contentType: identity.contentType,
  closed,
  ttlSeconds: identity.ttlSeconds,
  expiresAt: identity.expiresAt,
});
