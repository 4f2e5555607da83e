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
import { framingOf } from "../codec/framing.ts";
import type { StreamHost } from "../host.ts";
import { errorFromResponse, isClosed, isTrue } from "../transport/index.ts";
import type { Attempt } from "./attempt.ts";
import { type Checkpoint, isMintedOffset } from "./checkpoint.ts";
import type { ReadVia } from "./events.ts";
import { BUFFERED } from "./interruption.ts";
import { pageSteps } from "./page.ts";
import { sseSteps } from "./sse.ts";
import type { Mark, Step } from "./steps.ts";

/** What a server may answer that reads streams, but not as events. */
const NO_EVENTS: readonly number[] = [400, 405, 406, 415, 501];

/** An answer and what it is the answer to. */
export interface Answer {
  readonly response: Response;
  readonly via: ReadVia;
  /** Where it was to start; `undefined` for `now`. */
  readonly requested: Checkpoint["offset"] | undefined;
  /** Whether long-poll may be used when events cannot be had. */
  readonly mayFallBack: boolean;
  readonly attempt: Attempt;
}

function isEventStream({ headers }: Response): boolean {
  return normalizeContentType(headers.get("Content-Type")) === "text/event-stream";
}

/**
 * Lets an answer through that brings something.
 *
 * @throws The shared error of a refusal; {@link BUFFERED} when events cannot be had and need not be.
 */
export async function refuseRefusal(answer: Answer, host: StreamHost<unknown, never>): Promise<void> {
  const { response, via, requested, mayFallBack, attempt } = answer;
  const { status, ok } = response;
  if (mayFallBack && (ok ? !isEventStream(response) : NO_EVENTS.includes(status))) throw BUFFERED;
  if (status === 200 || (via !== "sse" && (status === 204 || status === 304))) return;
  throw await attempt.within(errorFromResponse(response, host.transport.url, { offset: requested }));
}

/**
 * Reads where an answer to a catch-up or a long-poll ends (PROTOCOL.md §5.6, §5.7).
 *
 * @throws MalformedResponseError when it names no offset: a login page and a proxy's own answer do not.
 */
function readMark({ response: { headers, status }, requested }: Answer): Mark {
  const named = headers.get(STREAM_OFFSET_HEADER);
  const stays = named === requested || (status === 304 && named === null);
  const offset = isMintedOffset(named) ? named : stays ? requested : undefined;
  if (offset === undefined) {
    const detail = `${STREAM_OFFSET_HEADER} is ${named}: this is no stream, or CORS hides it`;
    throw new MalformedResponseError({ detail });
  }
  const closed = isClosed(headers);
  return {
    offset,
    // An answer that ends where it starts says the same as the header; from `now` on there is nothing yet.
    upToDate: closed || !requested || offset === requested || isTrue(headers, STREAM_UP_TO_DATE_HEADER),
    closed,
    cursor: headers.get(STREAM_CURSOR_HEADER) ?? undefined,
  };
}

/**
 * The steps of an answer that was let through, whichever way it came.
 *
 * @throws MalformedResponseError when it is not what the protocol says; ContentTypeMismatchError when its messages are
 * cut in another way than the reader was made for.
 */
export function stepsOf(
  answer: Answer,
  { contentType: expected, framing }: StreamHost<unknown, never>["codec"],
): AsyncIterable<Step> | Iterable<Step> {
  const { response, via, requested, attempt } = answer;
  const { headers, status, body } = response;
  if (via !== "sse") {
    const mark = readMark(answer);
    const received = headers.get("Content-Type") ?? "";
    if (status !== 200) return [{ mark }];
    if (framingOf(received) !== framing) throw new ContentTypeMismatchError({ expected, received });
    return requested === undefined ? [{ mark }] : pageSteps(response, mark, framing, requested, attempt);
  }
  if (!isEventStream(response) || !body) throw new MalformedResponseError({ detail: "The answer is no event stream" });
  // All that SSE tells of the content type (PROTOCOL.md §5.8).
  const isBinary = headers.get(STREAM_SSE_DATA_ENCODING_HEADER)?.toLowerCase() === "base64";
  if (isBinary === (framing === "bytes")) return sseSteps(body, framing, attempt);
  throw new ContentTypeMismatchError({ expected, received: isBinary ? DEFAULT_CONTENT_TYPE : "text/*" });
}
