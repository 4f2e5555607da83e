import * as shared from "../../../src/shared/index.ts";

/** One error of each class, with all its facts. */
export const EVERY_ERROR: readonly shared.StreamError[] = [
  new shared.ContentTypeMismatchError({ expected: "text/plain", received: "application/json" }),
  new shared.ForbiddenError(),
  new shared.InvalidJsonError({ position: 3 }),
  new shared.InvalidMessageError({ issues: [{ message: "Expected text", path: [0, "text"] }] }),
  new shared.InvalidOffsetError({ offset: "x", tail: shared.initialOffset() }),
  new shared.InvalidProducerError(),
  new shared.InvalidRequestError({ parameter: "path", status: 414 }),
  new shared.MalformedResponseError(),
  new shared.MethodNotAllowedError({ allowed: ["GET", "HEAD"] }),
  new shared.PayloadTooLargeError({ maxBytes: 10, receivedBytes: 11 }),
  new shared.ProducerFencedError({ currentEpoch: 3, receivedEpoch: 1 }),
  new shared.ProducerSequenceConflictError({ expected: 4, received: 9 }),
  new shared.RateLimitedError({ retryAfterSeconds: 1.2 }),
  new shared.ReservedPathError(),
  new shared.SequenceConflictError({ last: "b", received: "a" }),
  new shared.StreamClosedError({ nextOffset: shared.formatOffset(0, 7) }),
  new shared.StreamConflictError(),
  new shared.StreamGoneError(),
  new shared.StreamNotFoundError({ path: "/a" }),
  new shared.TransportError({ cause: new TypeError("fetch failed") }),
  new shared.UnauthorizedError({ challenge: 'Bearer realm="x"' }),
  new shared.UnavailableError({ retryAfterSeconds: 2 }),
];

/** What is left of an error once its class is lost: own fields, and the message. */
export function withoutClass(error: Error): Record<string, unknown> {
  return { ...error, name: error.name, message: error.message };
}
