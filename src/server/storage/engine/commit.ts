import type { ProducerState, StreamId } from "../../../shared/index.ts";
import type { FramedBody } from "./body.ts";
import type { StreamIdentity } from "./state.ts";
import type { Task } from "./task.ts";

/** What a decision changes. A backend applies all of it or nothing, in the order of the members. */
export interface Commit {
  /** Removes the stream that is there, with its bytes, producers and forks. */
  readonly remove?: true;
  /** Creates a stream, empty and open. */
  readonly create?: StreamIdentity;
  /** Appends framed bytes to the stream (the one just created, if one is). */
  readonly append?: AppendedBytes;
  /** Closes the stream. */
  readonly close?: true;
  /** Hides the stream from everyone but its forks. */
  readonly softDelete?: true;
  /** Stores a producer's new state. */
  readonly producer?: CommittedProducer;
  /** Stores the last access. Implied by `append`. */
  readonly touchedAt?: number;
  /** Registers a fork and how far it may read. */
  readonly addFork?: { readonly forkId: StreamId; readonly end: number };
  /** Forgets a fork. */
  readonly dropFork?: StreamId;
  /** Plans tasks, replacing those of the same name. */
  readonly schedule?: readonly Task[];
  /** Drops tasks by name. */
  readonly cancel?: readonly string[];
}

/** A producer's new state. */
export interface CommittedProducer {
  readonly id: string;
  readonly state: ProducerState;
  /** Whether the stream knew the producer before. */
  readonly known: boolean;
}

/** Bytes to append, framed as they are stored. */
export interface AppendedBytes {
  readonly framed: FramedBody;
  /** Time of the append, in ms since the epoch. */
  readonly at: number;
  /** `Stream-Seq` of the append. */
  readonly seq: string | undefined;
  /**
   * The decision holds wherever the log ends by now, if nothing else about the stream and the producer has changed: a
   * backend may append behind what others appended meanwhile instead of deciding again.
   */
  readonly movable?: true;
}

/** What a rule answers and what it changes; a refusal is thrown instead. */
export interface Decision<Result> {
  readonly result: Result;
  readonly commit?: Commit | undefined;
}
