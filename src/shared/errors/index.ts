export {
  ForbiddenError,
  RateLimitedError,
  type RetryAfterFacts,
  UnauthorizedError,
  UnavailableError,
} from "./access-errors.ts";
export type { StreamErrorOptions, TaggedError } from "./base.ts";
export { MalformedResponseError, TransportError } from "./client-errors.ts";
export type { StreamError, StreamErrorTag } from "./definitions.ts";
export { InvalidMessageError, type MessageIssue } from "./invalid-message-error.ts";
export { type ProblemDetails, problemDetails } from "./problem-details.ts";
export { InvalidProducerError, ProducerFencedError, ProducerSequenceConflictError } from "./producer-errors.ts";
export {
  InvalidJsonError,
  InvalidOffsetError,
  InvalidRequestError,
  type InvalidRequestStatus,
  MethodNotAllowedError,
  PayloadTooLargeError,
  ReservedPathError,
} from "./request-errors.ts";
export { isStreamError, reviveStreamError, streamErrorHeaders, streamErrorStatus } from "./stream-error.ts";
export {
  ContentTypeMismatchError,
  SequenceConflictError,
  StreamClosedError,
  StreamConflictError,
  StreamGoneError,
  StreamNotFoundError,
} from "./stream-state-errors.ts";
