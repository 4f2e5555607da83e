import { describe, expect, test } from "vitest";
import * as shared from "../../../src/shared/index.ts";
import {
  InvalidJsonError,
  InvalidMessageError,
  InvalidRequestError,
  ProducerFencedError,
  problemDetails,
  RateLimitedError,
  type StreamError,
  StreamGoneError,
  streamErrorHeaders,
  streamErrorStatus,
  TransportError,
  UnauthorizedError,
  UnavailableError,
} from "../../../src/shared/index.ts";
import { EVERY_ERROR } from "./support.ts";

const named = EVERY_ERROR.map((error): [string, StreamError] => [error._tag, error]);

test("the list of errors under test holds every exported error class", () => {
  const exported = Object.keys(shared).filter((name) => name.endsWith("Error") && name !== "isStreamError");
  const classes = exported.filter((name) => /^[A-Z]/.test(name));
  expect(named.map(([tag]) => tag).sort()).toEqual(classes.sort());
});

describe.each(named)("%s", (tag, error) => {
  test("is an Error whose tag and name are its class's", () => {
    expect(error).toBeInstanceOf(Error);
    expect([error._tag, error.name, error.constructor.name]).toEqual([tag, tag, tag]);
  });

  test("has its tag, name and facts as own enumerable fields", () => {
    expect(Object.keys(error)).toEqual(expect.arrayContaining(["_tag", "name"]));
    expect(error.message).not.toBe("");
  });
});

test("status and headers of every error", () => {
  const table = EVERY_ERROR.map((error) => [error._tag, streamErrorStatus(error), streamErrorHeaders(error)]);
  expect(table).toEqual([
    ["ContentTypeMismatchError", 409, {}],
    ["ForbiddenError", 403, {}],
    ["InvalidJsonError", 400, {}],
    ["InvalidMessageError", 400, {}],
    ["InvalidOffsetError", 400, {}],
    ["InvalidProducerError", 400, {}],
    ["InvalidRequestError", 414, {}],
    ["MalformedResponseError", 500, {}],
    ["MethodNotAllowedError", 405, { Allow: "GET, HEAD" }],
    ["PayloadTooLargeError", 413, {}],
    ["ProducerFencedError", 403, { "Producer-Epoch": "3" }],
    ["ProducerSequenceConflictError", 409, { "Producer-Expected-Seq": "4", "Producer-Received-Seq": "9" }],
    ["RateLimitedError", 429, { "Retry-After": "2" }],
    ["ReservedPathError", 404, {}],
    ["SequenceConflictError", 409, {}],
    ["StreamClosedError", 409, { "Stream-Closed": "true", "Stream-Next-Offset": "0000000000000000_0000000000000007" }],
    ["StreamConflictError", 409, {}],
    ["StreamGoneError", 410, {}],
    ["StreamNotFoundError", 404, {}],
    ["TransportError", 500, {}],
    ["UnauthorizedError", 401, { "WWW-Authenticate": 'Bearer realm="x"' }],
    ["UnavailableError", 503, { "Retry-After": "2" }],
  ]);
});

test("an absent retry time leaves Retry-After out", () => {
  expect([streamErrorHeaders(new RateLimitedError()), streamErrorHeaders(new UnavailableError())]).toEqual([{}, {}]);
});

test("a 401 always carries a challenge", () => {
  expect(streamErrorHeaders(new UnauthorizedError())).toEqual({ "WWW-Authenticate": "Bearer" });
});

test("InvalidRequestError answers 400 unless told otherwise", () => {
  expect(streamErrorStatus(new InvalidRequestError({ parameter: "live" }))).toBe(400);
});

test("the facts make the message", () => {
  expect(new ProducerFencedError({ currentEpoch: 3, receivedEpoch: 1 }).message).toBe(
    "Producer epoch 1 is stale: the current epoch is 3",
  );
});

test("a detail replaces the message and a cause is kept", () => {
  const cause = new Error("disk");
  const error = new StreamGoneError({ detail: "The source was deleted", cause });
  expect([error.message, error.cause]).toEqual(["The source was deleted", cause]);
});

test("an error without a cause has no cause field", () => {
  expect("cause" in new InvalidJsonError()).toBe(false);
});

test("TransportError keeps its cause even when that is undefined", () => {
  expect("cause" in new TransportError({ cause: undefined })).toBe(true);
});

describe("problemDetails", () => {
  test("describes the error for programs and people", () => {
    expect(problemDetails(new StreamGoneError({ detail: "It was deleted" }))).toEqual({
      type: "urn:durable-cf-streams:error:StreamGoneError",
      title: "Stream gone",
      status: 410,
      detail: "It was deleted",
      code: "StreamGoneError",
    });
  });

  test("has the issues of what a schema refused", () => {
    const issues = [{ message: "Expected text", path: [2, "author", "name"] }];
    expect(problemDetails(new InvalidMessageError({ issues }))).toMatchObject({
      detail: "Message 2.author.name: Expected text",
      issues,
    });
  });

  test("gives each class a title of its own", () => {
    const titles = EVERY_ERROR.map((error) => problemDetails(error).title);
    expect(new Set(titles).size).toBe(EVERY_ERROR.length);
  });
});
