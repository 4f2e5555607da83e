import type { Offset } from "../../shared/brands.ts";

/** Where the server says the reader stands once all before it has arrived. */
export interface Mark {
  /** Where the next request starts. */
  readonly offset: Offset;
  /** Whether that was the tail. */
  readonly upToDate: boolean;
  /** Whether the stream is closed and nothing follows. */
  readonly closed: boolean;
  /** What the next live request echoes (PROTOCOL.md §10.1). */
  readonly cursor: string | undefined;
}

/** What arrived together: data, a mark behind it, or both. */
export interface Step {
  /**
   * JSON messages; or bytes of the stream; or text whose line ends SSE has rewritten, so that it cannot be counted in
   * bytes, which always has its mark.
   */
  readonly data?: readonly string[] | Uint8Array | string | undefined;
  /** The end of the data, this one's included. */
  readonly mark?: Mark | undefined;
}
