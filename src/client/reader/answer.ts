import {
  DEFAULT_CONTENT_TYPE,
  STREAM_CURSOR_HEADER,
  STREAM_OFFSET_HEADER,
  STREAM_SSE_DATA_ENCODING_HEADER,
  STREAM_UP_TO_DATE_HEADER,
} from "../../shared/constants.ts";
import { normalizeContentType } from "../../shared/content-type.ts";
import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import { ContentTypeMismatchError } from "../../shared/errors/stream-state-errors.ts";
import { framingOf, type MessageCodec } from "../codec/index.ts";
import { isClosed } from "../transport/index.ts";
import { type Checkpoint, isMintedOffset } from "./checkpoint.ts";
import type { Mark } from "./steps.ts";

/** What matters of a codec here. */
type Expected = Pick<MessageCodec<never, never>, "contentType" | "framing">;

const isTrue = (value: string | null): boolean => value?.toLowerCase() === "true";

/**
 * Reads where an answer to a catch-up or a long-poll ends (PROTOCOL.md §5.6, §5.7).
 *
 * @param response An answer with 200, 204 or 304.
 * @param requested Where it starts: what a 304 means that names no offset. `undefined` for `now`.
 * @throws MalformedResponseError when it names no offset: a login page and a proxy's own answer do not.
 */
export function readMark({ headers, status }: Response, requested: Checkpoint["offset"] | undefined): Mark {
  const named = headers.get(STREAM_OFFSET_HEADER);
  const stays = named === requested || (status === 304 && named === null);
  const offset = isMintedOffset(named) ? named : stays ? requested : undefined;
  if (offset === undefined) {
    const found = named === null ? `no ${STREAM_OFFSET_HEADER}` : `${STREAM_OFFSET_HEADER} "${named}"`;
    throw new MalformedResponseError({ detail: `The answer has ${found}: this is no stream, or CORS hides it` });
  }
  const closed = isClosed(headers);
  return {
    offset,
    // An answer that ends where it starts says the same as the header.
    upToDate: closed || offset === requested || isTrue(headers.get(STREAM_UP_TO_DATE_HEADER)),
    closed,
    cursor: headers.get(STREAM_CURSOR_HEADER) ?? undefined,
  };
}

/**
 * Checks that a page holds what the reader was made for.
 *
 * @throws ContentTypeMismatchError when its messages are cut in another way.
 */
export function checkPage(headers: Headers, { contentType, framing }: Expected): void {
  const received = headers.get("Content-Type") ?? "";
  if (framingOf(received) !== framing) throw new ContentTypeMismatchError({ expected: contentType, received });
}

/** Whether an answer is an event stream. */
export function isEventStream(headers: Headers): boolean {
  return normalizeContentType(headers.get("Content-Type")) === "text/event-stream";
}

/**
 * Checks that events carry what the reader was made for, as far as SSE tells (PROTOCOL.md §5.8).
 *
 * @throws MalformedResponseError when the answer is no event stream.
 * @throws ContentTypeMismatchError when text is expected and bytes come, or the other way round.
 */
export function checkEvents(headers: Headers, { contentType, framing }: Expected): void {
  if (!isEventStream(headers)) throw new MalformedResponseError({ detail: "The answer is no event stream" });
  const isBinary = headers.get(STREAM_SSE_DATA_ENCODING_HEADER)?.toLowerCase() === "base64";
  if (isBinary === (framing === "bytes")) return;
  throw new ContentTypeMismatchError({ expected: contentType, received: isBinary ? DEFAULT_CONTENT_TYPE : "text/*" });
}
