import type { Offset, ProducerAppend } from "../../../shared/index.ts";

/** What a stream is created with (PROTOCOL.md §5.1, §4.2). */
export interface PutOptions {
  /** MIME type, parameters included. Defaults to `application/octet-stream`, or to the source's type for a fork. */
  readonly contentType?: string | undefined;
  /** Sliding lifetime in whole seconds: every accepted read or write starts it anew. Excludes {@link PutOptions.expiresAt}. */
  readonly ttlSeconds?: number | undefined;
  /** Absolute end of life, RFC 3339. Excludes {@link PutOptions.ttlSeconds}. */
  readonly expiresAt?: string | undefined;
  /** First content. For `application/json` an array is flattened one level; an empty array is no content. */
  readonly data?: Uint8Array | undefined;
  /** Creates the stream closed: `data` is then everything it will ever hold. */
  readonly closed?: boolean | undefined;
  /** Path of the stream to fork. With it, the three fork options apply. */
  readonly forkedFrom?: string | undefined;
  /** Where the fork leaves its source: an offset the source minted, or `-1`. Defaults to the source's tail. */
  readonly forkOffset?: Offset | undefined;
  /** How far past `forkOffset` the fork inherits: messages for JSON, bytes otherwise. At most to the source's tail. */
  readonly forkSubOffset?: number | undefined;
  /** The store may overwrite the bytes of `data`, which saves it a copy. Default `false`. */
  readonly owned?: boolean | undefined;
}

/** How bytes are appended (PROTOCOL.md §5.2). */
export interface AppendOptions {
  /** MIME type of `data`. Must match the stream's, parameters and case aside. Not needed when `data` is empty. */
  readonly contentType?: string | undefined;
  /** `Stream-Seq`: must be greater, byte by byte, than the last one the stream accepted. */
  readonly seq?: string | undefined;
  /** Identity of an idempotent producer: makes the append safe to repeat (PROTOCOL.md §5.2.1). */
  readonly producer?: ProducerAppend | undefined;
  /** Closes the stream in the same commit. With empty `data`, only closes. */
  readonly close?: boolean | undefined;
  /** The store may overwrite the bytes of `data`, which saves it a copy. Default `false`. */
  readonly owned?: boolean | undefined;
}

/** Which messages {@link StreamStore.get} materialises. */
export interface GetOptions {
  /** Where to start: a minted offset, `-1` (start, the default) or `now` (tail). */
  readonly offset?: Offset | undefined;
  /** Upper bound of the stored bytes returned; at least one whole message comes even when it is larger. Default 1 MiB. */
  readonly maxBytes?: number | undefined;
}

/** Which range {@link StreamStore.read} covers. */
export interface ReadOptions {
  /** Where to start: a minted offset, `-1` (start, the default) or `now` (tail). */
  readonly offset?: Offset | undefined;
  /**
   * Upper bound of the stored bytes of the page; at least one whole message comes even when it is larger. A page of
   * `text/*` that it cuts ends on a UTF-8 code-point boundary if it holds a whole one. Default 64 MiB.
   */
  readonly maxBytes?: number | undefined;
  /** The page must belong to this very stream; one deleted and created again at the same path is `StreamNotFoundError`. */
  readonly streamId?: string | undefined;
  /**
   * Ends a page of `text/*` on a UTF-8 code-point boundary, holding back at most 3 bytes of an open stream (for SSE).
   * Other content types are not affected.
   */
  readonly wholeCodePoints?: boolean | undefined;
}

/** How {@link StreamStore.waitForData} may be given up. */
export interface WaitOptions {
  /** Ends the wait early; the result is then a time-out. */
  readonly signal?: AbortSignal | undefined;
}
