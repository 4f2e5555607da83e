import {
  PRODUCER_EPOCH_HEADER,
  PRODUCER_EXPECTED_SEQ_HEADER,
  PRODUCER_RECEIVED_SEQ_HEADER,
  STREAM_CLOSED_HEADER,
  STREAM_OFFSET_HEADER,
} from "../constants.ts";
import { ForbiddenError, RateLimitedError, UnauthorizedError, UnavailableError } from "./access-errors.ts";
import { MalformedResponseError, TransportError } from "./client-errors.ts";
import { defineError, type ErrorDefinition } from "./definition.ts";
import { InvalidMessageError } from "./invalid-message-error.ts";
import { InvalidProducerError, ProducerFencedError, ProducerSequenceConflictError } from "./producer-errors.ts";
import {
  InvalidJsonError,
  InvalidOffsetError,
  InvalidRequestError,
  MethodNotAllowedError,
  PayloadTooLargeError,
  ReservedPathError,
} from "./request-errors.ts";
import {
  ContentTypeMismatchError,
  SequenceConflictError,
  StreamClosedError,
  StreamConflictError,
  StreamGoneError,
  StreamNotFoundError,
} from "./stream-state-errors.ts";

/** Every error of the vocabulary. Tell them apart by `_tag`. */
export type StreamError =
  | ContentTypeMismatchError
  | ForbiddenError
  | InvalidJsonError
  | InvalidMessageError
  | InvalidOffsetError
  | InvalidProducerError
  | InvalidRequestError
  | MalformedResponseError
  | MethodNotAllowedError
  | PayloadTooLargeError
  | ProducerFencedError
  | ProducerSequenceConflictError
  | RateLimitedError
  | ReservedPathError
  | SequenceConflictError
  | StreamClosedError
  | StreamConflictError
  | StreamGoneError
  | StreamNotFoundError
  | TransportError
  | UnauthorizedError
  | UnavailableError;

/** The literal names of all errors. */
export type StreamErrorTag = StreamError["_tag"];

function retryAfter(error: RateLimitedError | UnavailableError): Record<string, string> {
  const { retryAfterSeconds } = error;
  if (retryAfterSeconds === undefined || !Number.isFinite(retryAfterSeconds)) return {};
  // The header takes whole seconds only, and coming back too early is what it is there to prevent.
  return { "Retry-After": String(Math.max(0, Math.ceil(retryAfterSeconds))) };
}

const INVALID_REQUEST_STATUSES: readonly number[] = [400, 414, 431];

/** The one table that maps errors to status, headers, title and facts. */
const DEFINITIONS: { readonly [E in StreamError as E["_tag"]]: ErrorDefinition<E> } = {
  ContentTypeMismatchError: defineError("ContentTypeMismatchError", {
    constructor: ContentTypeMismatchError,
    title: "Content type mismatch",
    status: 409,
    facts: { expected: "string", received: "string" },
    create: (facts, options) => new ContentTypeMismatchError(facts, options),
  }),
  ForbiddenError: defineError("ForbiddenError", {
    constructor: ForbiddenError,
    title: "Forbidden",
    status: 403,
    facts: {},
    create: (_, options) => new ForbiddenError(options),
  }),
  InvalidJsonError: defineError("InvalidJsonError", {
    constructor: InvalidJsonError,
    title: "Invalid JSON",
    status: 400,
    facts: { position: "number?" },
    create: (facts, options) => new InvalidJsonError(facts, options),
  }),
  InvalidMessageError: defineError("InvalidMessageError", {
    constructor: InvalidMessageError,
    title: "Invalid message",
    status: 400,
    facts: { issues: "issues" },
    create: (facts, options) => new InvalidMessageError(facts, options),
  }),
  InvalidOffsetError: defineError("InvalidOffsetError", {
    constructor: InvalidOffsetError,
    title: "Invalid offset",
    status: 400,
    facts: { offset: "string", tail: "string?" },
    create: (facts, options) => new InvalidOffsetError(facts, options),
  }),
  InvalidProducerError: defineError("InvalidProducerError", {
    constructor: InvalidProducerError,
    title: "Invalid producer headers",
    status: 400,
    facts: {},
    create: (_, options) => new InvalidProducerError(options),
  }),
  InvalidRequestError: defineError("InvalidRequestError", {
    constructor: InvalidRequestError,
    title: "Invalid request",
    status: (error) => (INVALID_REQUEST_STATUSES.includes(error.status) ? error.status : 400),
    facts: { parameter: "string", status: "number" },
    create: (facts, options) => new InvalidRequestError(facts, options),
  }),
  MalformedResponseError: defineError("MalformedResponseError", {
    constructor: MalformedResponseError,
    title: "Malformed response",
    facts: {},
    create: (_, options) => new MalformedResponseError(options),
  }),
  MethodNotAllowedError: defineError("MethodNotAllowedError", {
    constructor: MethodNotAllowedError,
    title: "Method not allowed",
    status: 405,
    headers: (error) => ({ Allow: error.allowed.join(", ") }),
    facts: { allowed: "string[]" },
    create: (facts, options) => new MethodNotAllowedError(facts, options),
  }),
  PayloadTooLargeError: defineError("PayloadTooLargeError", {
    constructor: PayloadTooLargeError,
    title: "Payload too large",
    status: 413,
    facts: { maxBytes: "number", receivedBytes: "number?" },
    create: (facts, options) => new PayloadTooLargeError(facts, options),
  }),
  ProducerFencedError: defineError("ProducerFencedError", {
    constructor: ProducerFencedError,
    title: "Producer fenced",
    status: 403,
    headers: (error) => ({ [PRODUCER_EPOCH_HEADER]: String(error.currentEpoch) }),
    facts: { currentEpoch: "number", receivedEpoch: "number" },
    create: (facts, options) => new ProducerFencedError(facts, options),
  }),
  ProducerSequenceConflictError: defineError("ProducerSequenceConflictError", {
    constructor: ProducerSequenceConflictError,
    title: "Producer sequence conflict",
    status: 409,
    headers: (error) => ({
      [PRODUCER_EXPECTED_SEQ_HEADER]: String(error.expected),
      [PRODUCER_RECEIVED_SEQ_HEADER]: String(error.received),
    }),
    facts: { expected: "number", received: "number" },
    create: (facts, options) => new ProducerSequenceConflictError(facts, options),
  }),
  RateLimitedError: defineError("RateLimitedError", {
    constructor: RateLimitedError,
    title: "Too many requests",
    status: 429,
    headers: retryAfter,
    facts: { retryAfterSeconds: "number?" },
    create: (facts, options) => new RateLimitedError(facts, options),
  }),
  ReservedPathError: defineError("ReservedPathError", {
    constructor: ReservedPathError,
    title: "Reserved path",
    status: 404,
    facts: {},
    create: (_, options) => new ReservedPathError(options),
  }),
  SequenceConflictError: defineError("SequenceConflictError", {
    constructor: SequenceConflictError,
    title: "Sequence conflict",
    status: 409,
    facts: { last: "string?", received: "string" },
    create: (facts, options) => new SequenceConflictError(facts, options),
  }),
  StreamClosedError: defineError("StreamClosedError", {
    constructor: StreamClosedError,
    title: "Stream closed",
    status: 409,
    headers: (error) => ({ [STREAM_CLOSED_HEADER]: "true", [STREAM_OFFSET_HEADER]: error.nextOffset }),
    facts: { nextOffset: "string" },
    create: (facts, options) => new StreamClosedError(facts, options),
  }),
  StreamConflictError: defineError("StreamConflictError", {
    constructor: StreamConflictError,
    title: "Stream conflict",
    status: 409,
    facts: {},
    create: (_, options) => new StreamConflictError(options),
  }),
  StreamGoneError: defineError("StreamGoneError", {
    constructor: StreamGoneError,
    title: "Stream gone",
    status: 410,
    facts: {},
    create: (_, options) => new StreamGoneError(options),
  }),
  StreamNotFoundError: defineError("StreamNotFoundError", {
    constructor: StreamNotFoundError,
    title: "Stream not found",
    status: 404,
    facts: { path: "string" },
    create: (facts, options) => new StreamNotFoundError(facts, options),
  }),
  TransportError: defineError("TransportError", {
    constructor: TransportError,
    title: "Transport failed",
    facts: {},
    create: (_, options) => new TransportError({ cause: undefined, ...options }),
  }),
  UnauthorizedError: defineError("UnauthorizedError", {
    constructor: UnauthorizedError,
    title: "Unauthorized",
    status: 401,
    headers: (error) => ({ "WWW-Authenticate": error.challenge ?? "Bearer" }),
    facts: { challenge: "string?" },
    create: (facts, options) => new UnauthorizedError(facts, options),
  }),
  UnavailableError: defineError("UnavailableError", {
    constructor: UnavailableError,
    title: "Unavailable",
    status: 503,
    headers: retryAfter,
    facts: { retryAfterSeconds: "number?" },
    create: (facts, options) => new UnavailableError(facts, options),
  }),
};

function isStreamErrorTag(tag: unknown): tag is StreamErrorTag {
  return typeof tag === "string" && Object.hasOwn(DEFINITIONS, tag);
}

/**
 * Looks up the row for whatever a value says it is.
 *
 * @param value Anything.
 * @returns The row for its `_tag`, or `undefined` when that names no error of ours.
 */
export function definitionFor(value: unknown): ErrorDefinition<StreamError> | undefined {
  if (typeof value !== "object" || value === null || !("_tag" in value)) return undefined;
  return isStreamErrorTag(value._tag) ? DEFINITIONS[value._tag] : undefined;
}
