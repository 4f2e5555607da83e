import { definitionFor, type StreamError, type StreamErrorTag } from "./definitions.ts";
import type { MessageIssue } from "./invalid-message-error.ts";
import { streamErrorStatus } from "./stream-error.ts";

/** The body of an error answer, `application/problem+json` (RFC 9457). */
export interface ProblemDetails {
  /** Identifies the kind of problem: `urn:durable-cf-streams:error:` and the tag. */
  readonly type: string;
  /** The kind of problem in words, the same for every occurrence. */
  readonly title: string;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** What happened this time. */
  readonly detail: string;
  /** The error's `_tag`, for programs. */
  readonly code: StreamErrorTag;
  /** What a schema says of the messages; with the code `InvalidMessageError` only. */
  readonly issues?: readonly MessageIssue[];
}

const TYPE_PREFIX = "urn:durable-cf-streams:error:";

/**
 * Describes an error for the body of its answer.
 *
 * @param error Any error of the vocabulary.
 *
 * @example
 * ```ts
 * problemDetails(new StreamGoneError());
 * // { type: "urn:durable-cf-streams:error:StreamGoneError", title: "Stream gone", status: 410, … }
 * ```
 */
export function problemDetails(error: StreamError): ProblemDetails {
  return {
    type: `${TYPE_PREFIX}${error._tag}`,
    title: definitionFor(error)?.title ?? error._tag,
    status: streamErrorStatus(error),
    detail: error.message,
    code: error._tag,
    ...(error._tag === "InvalidMessageError" && { issues: error.issues }),
  };
}
