import {
  CURSOR_QUERY_PARAM,
  InvalidOffsetError,
  InvalidRequestError,
  isValidOffset,
  LIVE_QUERY_PARAM,
  OFFSET_QUERY_PARAM,
  type Offset,
  TAIL_OFFSET_QUERY_VALUE,
} from "../../shared/index.ts";

/** Longest `cursor`, in characters; the ones minted here have 16 at most. */
const MAX_CURSOR_LENGTH = 64;

/** What a GET asks for. */
export interface ReadQuery {
  /** Where to start; `undefined` is the start of the stream. */
  readonly offset: Offset | undefined;
  /** Whether the start is wherever the tail is when the request is handled. */
  readonly fromTail: boolean;
  /** How to go on at the tail. */
  readonly live: "long-poll" | "sse" | undefined;
  /** Cursor of an earlier answer, unchecked: it is opaque, and one that was not minted here counts for nothing. */
  readonly cursor: string | undefined;
}

/**
 * Reads the query of a GET (PROTOCOL.md §5.6 to §5.8). Unknown parameters are ignored.
 *
 * @throws InvalidRequestError for a repeated parameter, an unknown live mode, a live mode without offset, or
 * an over-long cursor; InvalidOffsetError for something that no stream has as an offset, the empty string included.
 *
 * @example
 * ```ts
 * parseReadQuery(new URL(request.url).searchParams); // { offset: "-1", live: "sse", … }
 * ```
 */
export function parseReadQuery(query: URLSearchParams): ReadQuery {
  const offset = single(query, OFFSET_QUERY_PARAM);
  const live = single(query, LIVE_QUERY_PARAM);
  const cursor = single(query, CURSOR_QUERY_PARAM);
  if (offset !== undefined && !isValidOffset(offset)) throw new InvalidOffsetError({ offset });
  if (live !== undefined && live !== "long-poll" && live !== "sse") {
    throw invalid(LIVE_QUERY_PARAM, 'live must be "long-poll" or "sse"');
  }
  if (live !== undefined && offset === undefined) throw invalid(OFFSET_QUERY_PARAM, "A live read needs an offset");
  if (cursor !== undefined && cursor.length > MAX_CURSOR_LENGTH)
    throw invalid(CURSOR_QUERY_PARAM, "cursor is too long");
  return { offset, fromTail: offset === TAIL_OFFSET_QUERY_VALUE, live, cursor };
}

function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  if (values.length > 1) throw invalid(name, `${name} may be given once`);
  return values[0];
}

const invalid = (parameter: string, detail: string): InvalidRequestError =>
  new InvalidRequestError({ parameter }, { detail });
