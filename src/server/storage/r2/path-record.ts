import type { StreamId } from "../../../shared/index.ts";
import type { StreamIdentity } from "../engine/state.ts";
import type { Task } from "../engine/task.ts";
import type { NewObject } from "./objects.ts";

/** The stream that a path holds. */
export interface StreamRecord {
  readonly identity: StreamIdentity;
  /** Whether it was created closed. */
  readonly closed: boolean;
  /**
   * A commit that exists, and after which none is missing; 0 stands for the creation. As far as there is a segment to be
   * before it, there is the segment, unless it would be too large.
   */
  readonly from: number;
  /** Commits below this number that segments have replaced are deleted. May lag behind. */
  readonly freed?: number;
}

/** What a path holds: which stream, and the work that is planned there. What the stream contains is in its commits. */
export interface PathRecord {
  readonly stream: StreamRecord | undefined;
  readonly tasks: readonly Task[];
}

/** A {@link PathRecord} as it was read. */
export interface StoredPath {
  readonly record: PathRecord;
  /** Recognises the object; `undefined` when there is none. */
  readonly etag: string | undefined;
  /** Names whoever wrote it. */
  readonly nonce: string;
}

/** A path without anything. */
export const EMPTY_PATH: StoredPath = { record: { stream: undefined, tasks: [] }, etag: undefined, nonce: "" };

interface StoredRecord {
  readonly nonce: string;
  readonly path: string;
  readonly stream?: StreamRecord;
  readonly tasks: readonly Task[];
}

/** Reads an object back that {@link encodePath} wrote. */
export async function decodePath(object: R2ObjectBody): Promise<StoredPath> {
  const stored: StoredRecord = JSON.parse(await object.text());
  return { record: { stream: stored.stream, tasks: stored.tasks }, etag: object.etag, nonce: stored.nonce };
}

/**
 * A record as an object. It is never the same twice: an entity tag is a hash of the content, and a path that comes back
 * to an earlier state must not pass for one that has not changed.
 */
export function encodePath(path: string, { stream, tasks }: PathRecord, nonce: string): NewObject {
  const stored: StoredRecord = { nonce, path, ...(stream && { stream }), tasks };
  return { body: JSON.stringify(stored), metadata: {} };
}

/** The identity of the stream that a record names. */
export const streamIdIn = ({ stream }: PathRecord): StreamId | undefined => stream?.identity.streamId;

/** Tasks after some were planned, replacing those of the same name, and some dropped. */
export function tasksAfter(
  before: readonly Task[],
  schedule: readonly Task[] = [],
  cancel: readonly string[] = [],
): readonly Task[] {
  const tasks = new Map(before.map((task) => [task.id, task]));
  for (const task of schedule) tasks.set(task.id, task);
  for (const id of cancel) tasks.delete(id);
  return [...tasks.values()];
}
