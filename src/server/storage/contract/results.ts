import type { ETag, Offset, ProducerAppend, StreamId } from "../../../shared/index.ts";

/** What {@link StreamStore.put} did. */
export interface PutResult {
  /** `false` when the stream was there already with the same configuration. */
  readonly created: boolean;
  /** Identity of the stream, apart from its path. */
  readonly streamId: StreamId;
  /** Tail of the stream after any first content. */
  readonly nextOffset: Offset;
  /** MIME type the stream has. */
  readonly contentType: string;
  /** Whether the stream is closed. */
  readonly closed: boolean;
  /** Sliding lifetime in seconds, when it has one. */
  readonly ttlSeconds?: number | undefined;
  /** Absolute end of life (RFC 3339), when it has one. */
  readonly expiresAt?: string | undefined;
}

/** What became of a producer's append. */
export interface ProducerAppendResult extends ProducerAppend {
  /** `true` when the append was stored before and nothing was stored now. `seq` is the highest accepted either way. */
  readonly duplicate: boolean;
}

/** What {@link StreamStore.append} did. */
export interface AppendResult {
  /** Identity of the stream. */
  readonly streamId: StreamId;
  /** Tail of the stream after the append. */
  readonly nextOffset: Offset;
  /** Whether the stream is closed now. */
  readonly closed: boolean;
  /** Whether this call stored bytes. `false` for a duplicate and for a mere close. */
  readonly appended: boolean;
  /** The producer's standing, when the append carried one. */
  readonly producer?: ProducerAppendResult | undefined;
}

/** One message of a JSON stream, or one run of bytes of any other. */
export interface StreamMessage {
  /** Position just after the message: reading from it gives the next one. */
  readonly offset: Offset;
  /** Time of the last append to the chunk that holds the message, in ms since the epoch. Small appends share a chunk. */
  readonly timestamp: number;
  /** The bytes as the writer sent them. */
  readonly data: Uint8Array;
}

/** Messages in memory, from {@link StreamStore.get}. */
export interface GetResult {
  /** Identity of the stream. */
  readonly streamId: StreamId;
  /** The messages of the range, in order. */
  readonly messages: readonly StreamMessage[];
  /** Where the next read starts. */
  readonly nextOffset: Offset;
  /** Whether `nextOffset` was the tail when the range was fixed. */
  readonly upToDate: boolean;
  /** Entity tag of the range (PROTOCOL.md §10.1). */
  readonly etag: ETag;
  /** MIME type of the stream. */
  readonly contentType: string;
  /** Whether the stream is closed and `nextOffset` is its end: nothing will follow. */
  readonly closed: boolean;
}

/** A range of a stream, fixed when it was asked for and pulled chunk by chunk, from {@link StreamStore.read}. */
export interface StreamPage {
  /** Identity of the stream. */
  readonly streamId: StreamId;
  /** MIME type of the stream. */
  readonly contentType: string;
  /** Where the range starts, sentinels resolved. */
  readonly startOffset: Offset;
  /** Where the range ends and the next read starts. */
  readonly nextOffset: Offset;
  /** Whether `nextOffset` was the tail when the range was fixed. */
  readonly upToDate: boolean;
  /** Whether the stream is closed and `nextOffset` is its end: nothing will follow. */
  readonly closed: boolean;
  /** Entity tag of the range (PROTOCOL.md §10.1). */
  readonly etag: ETag;
  /** Length of the range in stored bytes (a JSON message is stored followed by one comma). */
  readonly byteLength: number;
  /**
   * Whether each chunk has a buffer to itself that the store has let go of, so that whoever pulls it may detach it when
   * done, which frees memory without waiting for the collector. Default `false`.
   */
  readonly detachable?: boolean | undefined;
  /**
   * Pulls the stored bytes of the range, one chunk in memory at a time. May be called once.
   *
   * @throws StreamNotFoundError when the stream goes away before the range was read to its end, also when another one is
   * there by then; StreamGoneError when what a fork inherits went away under it.
   */
  chunks(): AsyncIterable<Uint8Array>;
}

/** The bytes that one append has added to a stream, for whoever watches it. */
export interface Appended {
  /** Identity of the stream. */
  readonly streamId: StreamId;
  /** MIME type of the stream. */
  readonly contentType: string;
  /** Where the bytes start: the tail before the append. */
  readonly startOffset: Offset;
  /** Where they end: the tail after the append. */
  readonly nextOffset: Offset;
  /** Whether the append closed the stream. */
  readonly closed: boolean;
  /** The bytes as they are stored (a JSON message is stored followed by one comma). Shared: not to be changed. */
  readonly bytes: Uint8Array;
}

/** What is known of a stream without reading it. */
export interface HeadResult {
  /** Identity of the stream. */
  readonly streamId: StreamId;
  /** MIME type of the stream. */
  readonly contentType: string;
  /** Tail of the stream. */
  readonly nextOffset: Offset;
  /** Entity tag of the whole stream. */
  readonly etag: ETag;
  /** Whether the stream is closed. */
  readonly closed: boolean;
  /** Sliding lifetime in seconds, when it has one. */
  readonly ttlSeconds?: number | undefined;
  /** Absolute end of life (RFC 3339), when it has one. */
  readonly expiresAt?: string | undefined;
  /** When the stream was created, in ms since the epoch. */
  readonly createdAt: number;
}

/** How a wait ended. */
export interface WaitResult {
  /** What had arrived after the offset, at most 1 MiB of it. Empty on a time-out and at the end of a closed stream. */
  readonly messages: readonly StreamMessage[];
  /** Where the next read starts. */
  readonly nextOffset: Offset;
  /** `true` when the time was up, or the signal fired, before anything happened. */
  readonly timedOut: boolean;
  /** Whether the stream is closed and nothing follows the returned messages. */
  readonly closed: boolean;
}
