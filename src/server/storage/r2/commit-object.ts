import type { ProducerState, StreamId } from "../../../shared/index.ts";
import type { StreamIdentity } from "../engine/state.ts";
import type { ChainState, TaskChanges } from "./chain-state.ts";
import { asciiJson, type NewObject } from "./objects.ts";

/** One chunk of a commit: its length, and the distance to its first message boundary. */
export type ChunkSize = readonly [length: number, lead: number];

/** Where the chunks of one commit lie in the log. */
export interface CommitEntry {
  readonly number: number;
  /** Position of its first byte, or the tail when it has none. */
  readonly start: number;
  /** Ordinal of its first chunk. */
  readonly seq: number;
  /** Time of the commit, in ms since the epoch. */
  readonly at: number;
  readonly chunks: readonly ChunkSize[];
}

/** What a commit is written as. */
export interface CommitParts {
  /** Names the commit, to find out whether an ambiguous write took effect. */
  readonly id: string;
  readonly at: number;
  readonly after: ChainState;
  readonly chunks: readonly ChunkSize[];
  readonly bytes: Uint8Array;
}

/** What metadata always tells of a commit. */
interface Header {
  readonly id: string;
  readonly at: number;
  readonly pos: number;
  readonly seq: number;
  readonly chunks: readonly ChunkSize[];
  /** Number of bytes before the state, when it is in the body. */
  readonly bodyState?: number;
}

interface StoredState {
  readonly touchedAt: number;
  readonly closed: boolean;
  readonly softDeleted: boolean;
  readonly lastSeq?: string;
  readonly producers: readonly (readonly [id: string, epoch: number, seq: number])[];
  readonly forks: readonly (readonly [forkId: StreamId, end: number])[];
  readonly rolled: number;
  readonly removed?: TaskChanges;
}

/** The platform takes at least 2,048 bytes of metadata; names and rounding have the rest. */
const METADATA_BYTES = 1900;

const encoder = new TextEncoder();

/** A commit as an object: its bytes are the body, the state after it is metadata, or follows the bytes when large. */
export function encodeCommit({ id, at, after, chunks, bytes }: CommitParts): NewObject {
  const { pos, seq } = after.state.tail;
  const header: Header = { id, at, pos, seq, chunks };
  const state = asciiJson(storedState(after));
  const head = asciiJson(header);
  if (head.length + state.length <= METADATA_BYTES) return { body: bytes, metadata: { head, state } };
  const tail = encoder.encode(state);
  const body = new Uint8Array(bytes.length + tail.length);
  body.set(bytes);
  body.set(tail, bytes.length);
  return { body, metadata: { head: asciiJson({ ...header, bodyState: bytes.length }) } };
}

/** The name of a commit that was written. */
export const commitIdOf = (object: R2Object): string => headerOf(object).id;

/** Where a commit's chunks lie. */
export function entryOf(object: R2Object, number: number): CommitEntry {
  const { at, pos, seq, chunks } = headerOf(object);
  const length = chunks.reduce((sum, [bytes]) => sum + bytes, 0);
  return { number, start: pos - length, seq: seq - chunks.length, at, chunks };
}

/**
 * The stream after a commit.
 *
 * @param readTail Reads the object's body from a byte on.
 * @returns `undefined` when the object went away before it was read.
 */
export async function decodeState(
  object: R2Object,
  number: number,
  identity: StreamIdentity,
  readTail: (offset: number) => Promise<string | undefined>,
): Promise<ChainState | undefined> {
  const { pos, seq, bodyState } = headerOf(object);
  const json = bodyState === undefined ? object.customMetadata?.state : await readTail(bodyState);
  if (json === undefined) return undefined;
  const stored: StoredState = JSON.parse(json);
  const producers = new Map<string, ProducerState>();
  for (const [id, epoch, lastSeq] of stored.producers) producers.set(id, { epoch, lastSeq });
  return {
    number,
    state: {
      ...identity,
      touchedAt: stored.touchedAt,
      closed: stored.closed,
      softDeleted: stored.softDeleted,
      tail: { pos, seq },
      lastSeq: stored.lastSeq,
      producers: producers.size,
      forks: stored.forks.length,
    },
    producers,
    forks: new Map(stored.forks),
    rolled: stored.rolled,
    removed: stored.removed,
  };
}

/** Objects are written by this store alone: what comes back is what went in. */
function headerOf({ key, customMetadata }: R2Object): Header {
  const json = customMetadata?.head;
  if (json === undefined) throw new Error(`${key} is not an object of this store`);
  const header: Header = JSON.parse(json);
  return header;
}

function storedState({ state, producers, forks, rolled, removed }: ChainState): StoredState {
  return {
    touchedAt: state.touchedAt,
    closed: state.closed,
    softDeleted: state.softDeleted,
    ...(state.lastSeq !== undefined && { lastSeq: state.lastSeq }),
    producers: [...producers].map(([id, { epoch, lastSeq }]) => [id, epoch, lastSeq]),
    forks: [...forks],
    rolled,
    ...(removed && { removed }),
  };
}
