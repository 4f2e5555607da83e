import type { Offset, ProducerState, StreamId } from "../../../shared/index.ts";
import type { LogPosition, Segment } from "../contract/index.ts";

/** What a fork was asked to be, so that a repeated request is judged without its source (PROTOCOL.md §4.2). */
export interface ForkRecord {
  /** Path of the named source. */
  readonly source: string;
  /** `Stream-Fork-Offset` of the first request; `undefined` when it was omitted. */
  readonly offset: Offset | undefined;
  /** `Stream-Fork-Sub-Offset` of the first request; 0 when it was omitted. */
  readonly subOffset: number;
  /** `Stream-TTL` of the first request. */
  readonly ttlSeconds: number | undefined;
  /** `Stream-Expires-At` of the first request. */
  readonly expiresAt: string | undefined;
  /** What the fork reads of other streams, from position 0 to its own first byte. */
  readonly segments: readonly Segment[];
}

/** What never changes after a stream is created. */
export interface StreamIdentity {
  readonly streamId: StreamId;
  readonly contentType: string;
  readonly ttlSeconds: number | undefined;
  readonly expiresAt: string | undefined;
  readonly createdAt: number;
  /** Where the stream's own bytes begin: position 0, or the fork point. */
  readonly base: LogPosition;
  readonly fork: ForkRecord | undefined;
}

/** Everything the rules need to know of a stream. Its bytes stay in the backend. */
export interface StreamState extends StreamIdentity {
  /** Last access that counts for a sliding lifetime, in ms since the epoch. */
  readonly touchedAt: number;
  readonly closed: boolean;
  /** Deleted or expired, but kept for the forks that read it. */
  readonly softDeleted: boolean;
  /** End of the log; its `seq` is the ordinal of the chunk that will hold the next byte. */
  readonly tail: LogPosition;
  /** Last accepted `Stream-Seq`. */
  readonly lastSeq: string | undefined;
  /** Number of idempotent producers the stream remembers. */
  readonly producers: number;
  /** Number of forks that are registered with the stream. */
  readonly forks: number;
}

/** One transaction's view of a path. */
export interface Snapshot {
  /** The stream, if the path holds one. */
  readonly state: StreamState | undefined;
  /** The producer that the transaction asked for. */
  readonly producer: ProducerState | undefined;
  /** How far the fork that the transaction asked for may read; `undefined` when it is not registered. */
  readonly forkEnd: number | undefined;
  /** Whether the task that the transaction asked for is still planned. */
  readonly taskPlanned: boolean;
}

/** What a transaction wants to see besides the stream. */
export interface SnapshotKeys {
  readonly producerId?: string | undefined;
  readonly forkId?: StreamId | undefined;
  readonly taskId?: string | undefined;
}
