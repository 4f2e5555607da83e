/**
 * The protocol's names: headers, query parameters, SSE fields and fixed values.
 *
 * Header names are written the way the protocol document writes them; HTTP compares them without regard to case.
 */

/** Response header with the offset to read from next: the tail after an append, the end of the page after a read (§5). */
export const STREAM_OFFSET_HEADER = "Stream-Next-Offset";

/** Response header with the cursor that a live reader echoes as `cursor=` on its next request (§10.1). */
export const STREAM_CURSOR_HEADER = "Stream-Cursor";

/** Response header, value `true`, present when the answer reaches the tail of the stream (§5.6). */
export const STREAM_UP_TO_DATE_HEADER = "Stream-Up-To-Date";

/** Request header with a writer's strictly increasing, byte-wise compared sequence string (§5.2). */
export const STREAM_SEQ_HEADER = "Stream-Seq";

/** Request and response header with the sliding time-to-live in whole seconds (§5.1). */
export const STREAM_TTL_HEADER = "Stream-TTL";

/** Request and response header with the absolute expiry as an RFC 3339 timestamp (§5.1). */
export const STREAM_EXPIRES_AT_HEADER = "Stream-Expires-At";

/** SSE response header, value `base64`, present when `data` events carry encoded bytes (§5.8). */
export const STREAM_SSE_DATA_ENCODING_HEADER = "Stream-SSE-Data-Encoding";

/** Request and response header; only the value `true`, in any case, means closed (§4.1). */
export const STREAM_CLOSED_HEADER = "Stream-Closed";

/** Request header that makes a PUT a fork: the path of the source stream (§4.2). */
export const STREAM_FORKED_FROM_HEADER = "Stream-Forked-From";

/** Request header with the offset at which a fork leaves its source (§4.2). */
export const STREAM_FORK_OFFSET_HEADER = "Stream-Fork-Offset";

/** Request header with messages (JSON) or bytes (anything else) to inherit past the fork offset (§4.2). */
export const STREAM_FORK_SUB_OFFSET_HEADER = "Stream-Fork-Sub-Offset";

/**
 * Response header with the identity of a stream, minted when it is created.
 *
 * A superset of the protocol (§11.1): a stream deleted and created again at the same URL has another identity, so a
 * reader notices that its offsets belong to a log that no longer exists.
 */
export const STREAM_ID_HEADER = "Stream-Id";

/** The path segment under which control APIs live; no stream may be addressed through it (§6). */
export const RESERVED_CONTROL_PATH_SEGMENT = "__ds";

/** Request header that names an idempotent producer (§5.2.1). */
export const PRODUCER_ID_HEADER = "Producer-Id";

/** Request header with the producer's epoch; in a 403 answer, the epoch that the server holds (§5.2.1). */
export const PRODUCER_EPOCH_HEADER = "Producer-Epoch";

/** Request header with the number of the batch in its epoch; in an answer, the highest number accepted (§5.2.1). */
export const PRODUCER_SEQ_HEADER = "Producer-Seq";

/** Response header of a 409 for a gap: the sequence number that would have been accepted (§5.2.1). */
export const PRODUCER_EXPECTED_SEQ_HEADER = "Producer-Expected-Seq";

/** Response header of a 409 for a gap: the sequence number that the request carried (§5.2.1). */
export const PRODUCER_RECEIVED_SEQ_HEADER = "Producer-Received-Seq";

/** The standard caching header (§10). */
export const CACHE_CONTROL_HEADER = "Cache-Control";

/** Header that stops a browser from guessing a content type (§12.7). */
export const CONTENT_TYPE_OPTIONS_HEADER = "X-Content-Type-Options";

/** Header that says which sites may embed a response (§12.7). */
export const CROSS_ORIGIN_RESOURCE_POLICY_HEADER = "Cross-Origin-Resource-Policy";

/** The headers that every response carries for browsers (§12.7). Written out, so that a client's bundle can leave them out. */
export const PROTOCOL_SECURITY_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "cross-origin",
});

/** `Cache-Control` of every HEAD response: the tail moves, so no cache may keep it (§12.7). */
export const HEAD_CACHE_CONTROL_VALUE = "no-store";

/** `Cache-Control` of every SSE response (§5.8). */
export const SSE_CACHE_CONTROL_VALUE = "no-cache";

/** The content type of a stream created without one (§5.1). */
export const DEFAULT_CONTENT_TYPE = "application/octet-stream";

/** Query parameter with the offset to read from (§5.6). */
export const OFFSET_QUERY_PARAM = "offset";

/** Value of {@link OFFSET_QUERY_PARAM} that means the current tail (§8). */
export const TAIL_OFFSET_QUERY_VALUE = "now";

/** Query parameter that selects a live mode, `long-poll` or `sse` (§5.7, §5.8). */
export const LIVE_QUERY_PARAM = "live";

/** Query parameter in which a live reader echoes the last cursor it was given (§10.1). */
export const CURSOR_QUERY_PARAM = "cursor";

/** Field of an SSE `control` event with the offset to read from next (§5.8). */
export const SSE_OFFSET_FIELD = "streamNextOffset";

/** Field of an SSE `control` event with the cursor to echo (§5.8). */
export const SSE_CURSOR_FIELD = "streamCursor";

/** Field of an SSE `control` event that is `true` once the stream is closed and fully sent (§5.8). */
export const SSE_CLOSED_FIELD = "streamClosed";

/**
 * Content types whose bytes travel as text in SSE `data` events; all others are base64 (§5.8).
 *
 * An entry that ends in `/` covers every subtype.
 */
export const SSE_COMPATIBLE_CONTENT_TYPES: readonly string[] = Object.freeze(["text/", "application/json"]);
