import type { Offset } from "../../shared/brands.ts";
import {
  PRODUCER_EPOCH_HEADER,
  PRODUCER_EXPECTED_SEQ_HEADER,
  PRODUCER_RECEIVED_SEQ_HEADER,
  STREAM_OFFSET_HEADER,
} from "../../shared/constants.ts";
import {
  ContentTypeMismatchError,
  ForbiddenError,
  InvalidJsonError,
  InvalidOffsetError,
  InvalidProducerError,
  InvalidRequestError,
  MalformedResponseError,
  MethodNotAllowedError,
  PayloadTooLargeError,
  ProducerFencedError,
  ProducerSequenceConflictError,
  RateLimitedError,
  ReservedPathError,
  SequenceConflictError,
  StreamClosedError,
  StreamConflictError,
  type StreamError,
  type StreamErrorOptions,
  StreamGoneError,
  StreamNotFoundError,
  UnauthorizedError,
  UnavailableError,
} from "../../shared/errors/index.ts";
import { InvalidMessageError, isMessageIssues } from "../../shared/errors/invalid-message-error.ts";
import { parseRetryAfter } from "../retry/delay.ts";
import { isClosed, numberIn } from "./answer.ts";
import { type Problem, readProblem } from "./problem.ts";

/** What the refused request said, for facts that an answer does not repeat. */
export interface RequestFacts {
  /** Content type of the body. */
  readonly contentType?: string | undefined;
  /** Size of the body, in bytes. */
  readonly bodyBytes?: number | undefined;
  /** Where a read, or a fork, began. */
  readonly offset?: string | undefined;
  /** Epoch of the producer. */
  readonly epoch?: number | undefined;
  /** Sequence number of the batch. */
  readonly seq?: number | undefined;
  /** Value of `Stream-Seq`. */
  readonly streamSeq?: string | undefined;
}

/** Stands for a string that neither the answer nor the request tells. */
const UNKNOWN = "unknown";

function retryAfterIn(headers: Headers): { retryAfterSeconds: number | undefined } {
  const date = Date.parse(headers.get("Date") ?? "");
  const ms = parseRetryAfter(headers.get("Retry-After"), Number.isNaN(date) ? Date.now() : date);
  return { retryAfterSeconds: ms === undefined ? undefined : ms / 1000 };
}

/** §5.2 and §5.2.1 tell most conflicts apart by headers alone, which hold for every server. */
function conflict(headers: Headers, code: unknown, facts: RequestFacts, options: StreamErrorOptions) {
  const expected = numberIn(headers, PRODUCER_EXPECTED_SEQ_HEADER);
  if (expected !== null) {
    const received = numberIn(headers, PRODUCER_RECEIVED_SEQ_HEADER) ?? facts.seq ?? Number.NaN;
    return new ProducerSequenceConflictError({ expected, received }, options);
  }
  if (isClosed(headers)) {
    // A server that leaves the offset out has still closed the stream.
    return new StreamClosedError({ nextOffset: (headers.get(STREAM_OFFSET_HEADER) ?? UNKNOWN) as Offset }, options);
  }
  if (code === "SequenceConflictError" || (code === undefined && facts.streamSeq !== undefined)) {
    return new SequenceConflictError({ received: facts.streamSeq ?? UNKNOWN }, options);
  }
  if (code === "ContentTypeMismatchError" || (code === undefined && facts.contentType !== undefined)) {
    return new ContentTypeMismatchError({ expected: UNKNOWN, received: facts.contentType ?? UNKNOWN }, options);
  }
  return new StreamConflictError(options);
}

function badRequest(
  status: 400 | 414 | 431,
  { code, issues }: Problem,
  facts: RequestFacts,
  options: StreamErrorOptions,
) {
  if (code === "InvalidMessageError") {
    return new InvalidMessageError({ issues: isMessageIssues(issues) ? issues : [] }, options);
  }
  if (code === "InvalidJsonError") return new InvalidJsonError({}, options);
  if (code === "InvalidProducerError") return new InvalidProducerError(options);
  if (code === "InvalidOffsetError") return new InvalidOffsetError({ offset: facts.offset ?? UNKNOWN }, options);
  return new InvalidRequestError({ parameter: "request", status }, options);
}

/**
 * Makes the shared error of an answer that is a refusal, and reads its body to the end (64 KiB at most) so that the
 * connection can be used again.
 *
 * Status and protocol headers decide; the problem's `code` only chooses between errors of the same status. Facts that
 * neither the answer nor `facts` tells are `"unknown"` or `NaN`.
 *
 * @param response The answer, its body unread.
 * @param path The stream, for messages.
 * @param facts What the request said.
 * @returns Never a success: an answer with another status than an error's is a `MalformedResponseError`. Every 5xx but
 * 501, 408 and 425 are `UnavailableError`.
 *
 * @example
 * ```ts
 * if (response.status !== 204) throw await errorFromResponse(response, transport.url, { contentType });
 * ```
 */
export async function errorFromResponse(
  response: Response,
  path: string,
  facts: RequestFacts = {},
): Promise<StreamError> {
  const { headers, status } = response;
  const problem = await readProblem(response);
  const { code, detail } = problem;
  const options: StreamErrorOptions = { detail };
  switch (status) {
    case 400:
    case 414:
    case 431:
      return badRequest(status, problem, facts, options);
    case 401:
      return new UnauthorizedError({ challenge: headers.get("WWW-Authenticate") ?? undefined }, options);
    case 403: {
      const currentEpoch = numberIn(headers, PRODUCER_EPOCH_HEADER);
      if (currentEpoch === null) return new ForbiddenError(options);
      return new ProducerFencedError({ currentEpoch, receivedEpoch: facts.epoch ?? Number.NaN }, options);
    }
    case 404:
      return code === "ReservedPathError" ? new ReservedPathError(options) : new StreamNotFoundError({ path }, options);
    case 405:
    case 501:
      return new MethodNotAllowedError({ allowed: headers.get("Allow")?.split(/\s*,\s*/) ?? [] }, options);
    case 409:
      return conflict(headers, code, facts, options);
    case 410:
      return new StreamGoneError(options);
    case 413:
      return new PayloadTooLargeError(
        { maxBytes: Number.NaN, receivedBytes: facts.bodyBytes },
        { detail: detail ?? "The body is larger than the server takes" },
      );
    case 429:
      return new RateLimitedError(retryAfterIn(headers), options);
  }
  if (status >= 500 || status === 408 || status === 425) {
    return new UnavailableError(retryAfterIn(headers), { detail: detail ?? `The server answered ${status}` });
  }
  return new MalformedResponseError({ detail: `The server answered ${status}` });
}
