import type { Offset, StreamId } from "../../../shared/index.ts";

/** A range of one stream's own bytes that a fork reads. */
export interface Segment {
  /** Path of the stream that stores the bytes. */
  readonly path: string;
  /** Identity of that stream. */
  readonly streamId: StreamId;
  /** First byte position of the range. */
  readonly start: number;
  /** Byte position after the range. */
  readonly end: number;
}

/** A {@link Segment} and the right to read it: only a registered fork may, and only below its fork point. */
export interface SegmentAccess extends Segment {
  /** Identity of the fork that reads. */
  readonly forkId: StreamId;
}

/** A byte position and the ordinal of the chunk that holds it: what an offset is made of. */
export interface LogPosition {
  /** Byte position. */
  readonly pos: number;
  /** Chunk ordinal. */
  readonly seq: number;
}

/** Asks a stream to keep its bytes for a fork and to say what the fork inherits. */
export interface AcquireRequest {
  /** Path of the stream to fork. */
  readonly source: string;
  /** Identity of the fork: acquiring twice with the same one is acquiring once. */
  readonly forkId: StreamId;
  /** Fork offset as the client gave it, or `undefined` for the tail. */
  readonly offset?: Offset | undefined;
  /** Sub-offset past `offset`: messages for JSON, bytes otherwise. */
  readonly subOffset?: number | undefined;
  /** Content type the fork asks for, if it asks. */
  readonly contentType?: string | undefined;
  /** The request counts for nothing after this time (ms since the epoch), so that a late one cannot leak. */
  readonly deadline: number;
}

/** Asks a stream that stores inherited bytes to keep them for one more fork. */
export interface RetainRequest extends SegmentAccess {
  /** The request counts for nothing after this time (ms since the epoch). */
  readonly deadline: number;
}

/** What a fork inherits. */
export interface ForkOrigin {
  /** Identity of the named source. */
  readonly streamId: StreamId;
  /** Content type of the source. */
  readonly contentType: string;
  /** Sliding lifetime of the source, in seconds. */
  readonly ttlSeconds?: number | undefined;
  /** Absolute end of life of the source. */
  readonly expiresAt?: string | undefined;
  /** Where the fork's own bytes begin. */
  readonly base: LogPosition;
  /** The inherited ranges from position 0 to `base.pos`, flattened: each names the stream that stores the bytes. */
  readonly segments: readonly Segment[];
}

/**
 * Where a store finds the streams that its forks read: in itself by default, in other Durable Objects behind a
 * `StreamObject`. Every method may be repeated.
 */
export interface ForkSource {
  /** Whether each chunk of `readSegment` has a buffer to itself that nobody else holds. Default `false`. */
  readonly detachable?: boolean | undefined;
  /**
   * Registers a fork with its named source.
   *
   * @throws StreamNotFoundError, StreamConflictError (the source is deleted), ContentTypeMismatchError,
   * InvalidOffsetError, InvalidRequestError, UnavailableError (past the deadline).
   */
  acquireFork(request: AcquireRequest): Promise<ForkOrigin>;
  /**
   * Registers a fork with a stream whose bytes it will read.
   *
   * @throws StreamGoneError when that very stream is not there any more; UnavailableError past the deadline.
   */
  retainFork(request: RetainRequest): Promise<void>;
  /** Forgets a fork. A deleted stream that loses its last fork frees its bytes. Unknown forks and streams are no error. */
  releaseFork(source: string, forkId: StreamId): Promise<void>;
  /** Largest message boundary at or before `pos` in the segment. @throws StreamGoneError. */
  floorBoundary(access: SegmentAccess, pos: number): Promise<LogPosition>;
  /** Smallest message boundary after `pos`, itself a boundary, in the segment. @throws StreamGoneError. */
  nextBoundary(access: SegmentAccess, pos: number): Promise<number>;
  /** The bytes from `start` to `end`, both within the segment. @throws StreamGoneError, also on the way. */
  readSegment(access: SegmentAccess, start: number, end: number): AsyncIterable<Uint8Array>;
}
