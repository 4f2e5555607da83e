import { describe, expect, test, vi } from "vitest";
import { errorFromResponse, type RequestFacts } from "../../../src/client/transport/index.ts";
import {
  ContentTypeMismatchError,
  ForbiddenError,
  InvalidJsonError,
  InvalidMessageError,
  InvalidOffsetError,
  InvalidProducerError,
  InvalidRequestError,
  isStreamError,
  MalformedResponseError,
  MethodNotAllowedError,
  type Offset,
  PayloadTooLargeError,
  ProducerFencedError,
  ProducerSequenceConflictError,
  problemDetails,
  RateLimitedError,
  ReservedPathError,
  SequenceConflictError,
  StreamClosedError,
  StreamConflictError,
  type StreamError,
  StreamGoneError,
  StreamNotFoundError,
  streamErrorHeaders,
  streamErrorStatus,
  UnauthorizedError,
  UnavailableError,
} from "../../../src/shared/index.ts";

function answer(status: number, headers: Record<string, string> = {}, body: BodyInit | null = null): Response {
  return new Response(body, { status, headers });
}

const tail = "0000000000000000_0000000000000003" as Offset;

const FACTS: RequestFacts = { contentType: "text/html", offset: "zz", epoch: 1, seq: 5, streamSeq: "b", bodyBytes: 9 };

describe("what our own server answers", () => {
  const errors: StreamError[] = [
    new ForbiddenError(),
    new InvalidJsonError({}, { detail: "Invalid JSON at byte 4" }),
    new InvalidMessageError({ issues: [{ message: "Expected text", path: [3, "author", 0] }] }),
    new InvalidOffsetError({ offset: "zz" }),
    new InvalidProducerError(),
    new InvalidRequestError({ parameter: "request", status: 431 }),
    new MethodNotAllowedError({ allowed: ["GET", "PUT"] }),
    new ProducerFencedError({ currentEpoch: 3, receivedEpoch: 1 }),
    new ProducerSequenceConflictError({ expected: 2, received: 5 }),
    new RateLimitedError({ retryAfterSeconds: 7 }),
    new ReservedPathError(),
    new SequenceConflictError({ received: "b" }),
    new StreamClosedError({ nextOffset: tail }),
    new StreamConflictError(),
    new StreamGoneError(),
    new StreamNotFoundError({ path: "here" }),
    new UnauthorizedError({ challenge: "Bearer" }),
    new UnavailableError({ retryAfterSeconds: 2 }),
  ];

  test.each(errors.map((error) => [error._tag, error] as const))("becomes the same %s again", async (_, error) => {
    const body = JSON.stringify(problemDetails(error));
    const headers = { "Content-Type": "application/problem+json", ...streamErrorHeaders(error) };
    const read = await errorFromResponse(answer(streamErrorStatus(error), headers, body), "here", FACTS);
    expect(read).toEqual(error);
    expect(read.constructor).toBe(error.constructor);
    expect(isStreamError(read)).toBe(true);
  });

  test("keeps the sentence of a content type mismatch, which alone names the stream's type", async () => {
    const error = new ContentTypeMismatchError({ expected: "text/plain", received: "text/html" });
    const body = JSON.stringify(problemDetails(error));
    const read = await errorFromResponse(answer(409, { "Content-Type": "application/problem+json" }, body), "a", FACTS);
    expect(read).toBeInstanceOf(ContentTypeMismatchError);
    expect(read).toMatchObject({ message: error.message, received: "text/html" });
  });

  test("keeps the sentence of a body too large", async () => {
    const error = new PayloadTooLargeError({ maxBytes: 8 });
    const body = JSON.stringify(problemDetails(error));
    const read = await errorFromResponse(answer(413, { "Content-Type": "application/problem+json" }, body), "a", FACTS);
    expect(read).toBeInstanceOf(PayloadTooLargeError);
    expect(read).toMatchObject({ message: error.message, receivedBytes: 9 });
  });
});

describe("what any server answers", () => {
  const cases: [string, Response, string, Partial<Record<string, unknown>>][] = [
    ["400", answer(400), "InvalidRequestError", { status: 400 }],
    ["401 with a challenge", answer(401, { "WWW-Authenticate": "Basic" }), "UnauthorizedError", { challenge: "Basic" }],
    ["403", answer(403), "ForbiddenError", {}],
    [
      "403 with Producer-Epoch",
      answer(403, { "Producer-Epoch": "4" }),
      "ProducerFencedError",
      { currentEpoch: 4, receivedEpoch: 1 },
    ],
    ["403 with a Producer-Epoch that is no number", answer(403, { "Producer-Epoch": "x" }), "ForbiddenError", {}],
    ["404", answer(404), "StreamNotFoundError", { path: "a" }],
    ["405", answer(405, { Allow: "GET, HEAD" }), "MethodNotAllowedError", { allowed: ["GET", "HEAD"] }],
    ["501", answer(501), "MethodNotAllowedError", { allowed: [] }],
    [
      "409 with Stream-Closed",
      answer(409, { "Stream-Closed": "TRUE", "Stream-Next-Offset": tail }),
      "StreamClosedError",
      { nextOffset: tail },
    ],
    ["409 with Stream-Closed that is not true", answer(409, { "Stream-Closed": "1" }), "SequenceConflictError", {}],
    [
      "409 with Producer-Expected-Seq",
      answer(409, { "Producer-Expected-Seq": "2" }),
      "ProducerSequenceConflictError",
      { expected: 2, received: 5 },
    ],
    ["410", answer(410), "StreamGoneError", {}],
    ["413", answer(413), "PayloadTooLargeError", { receivedBytes: 9 }],
    ["429", answer(429), "RateLimitedError", { retryAfterSeconds: undefined }],
    ["408", answer(408), "UnavailableError", {}],
    ["425", answer(425), "UnavailableError", {}],
    ["500", answer(500), "UnavailableError", {}],
    ["503 with Retry-After", answer(503, { "Retry-After": "3" }), "UnavailableError", { retryAfterSeconds: 3 }],
    [
      "503 with a Retry-After date",
      answer(503, { "Retry-After": "Thu, 01 Jan 2026 00:00:09 GMT", Date: "Thu, 01 Jan 2026 00:00:00 GMT" }),
      "UnavailableError",
      { retryAfterSeconds: 9 },
    ],
    ["599", answer(599), "UnavailableError", {}],
    ["200", answer(200), "MalformedResponseError", {}],
    ["304", answer(304), "MalformedResponseError", {}],
    ["418", answer(418), "MalformedResponseError", {}],
    ["an opaque answer", Response.error(), "MalformedResponseError", {}],
  ];

  test.each(cases)("%s", async (_, response, tag, facts) => {
    const error = await errorFromResponse(response, "a", FACTS);
    expect(error).toMatchObject({ _tag: tag, ...facts });
  });

  test("409 without anything is a conflict of sequences, of types or of configurations, by what was asked", async () => {
    const errors = await Promise.all([
      errorFromResponse(answer(409), "a", { streamSeq: "b", contentType: "text/html" }),
      errorFromResponse(answer(409), "a", { contentType: "text/html" }),
      errorFromResponse(answer(409), "a"),
    ]);
    expect(errors.map((error) => error._tag)).toEqual([
      "SequenceConflictError",
      "ContentTypeMismatchError",
      "StreamConflictError",
    ]);
  });

  test("a code of another status changes nothing", async () => {
    const body = JSON.stringify({ code: "StreamGoneError", detail: "odd" });
    const error = await errorFromResponse(answer(404, { "Content-Type": "application/problem+json" }, body), "a");
    expect(error).toBeInstanceOf(StreamNotFoundError);
  });
});

describe("the body of a refusal", () => {
  const json = { "Content-Type": "application/problem+json" };

  test.each([
    [undefined],
    ["text"],
    [[null]],
    [[{ path: [0] }]],
    [[{ message: "no", path: "0" }]],
    [[{ message: "no", path: [{}] }]],
  ])("may have issues that are none: %j", async (issues) => {
    const body = JSON.stringify({ code: "InvalidMessageError", detail: "no", issues });
    const error = await errorFromResponse(answer(400, json, body), "a");
    expect(error).toEqual(new InvalidMessageError({ issues: [] }, { detail: "no" }));
  });

  test.each([["<h1>no</h1>"], ["{"], ["null"], ['"text"'], ['{"code":7,"detail":{}}']])("may be %s", async (body) => {
    await expect(errorFromResponse(answer(404, json, body), "a")).resolves.toBeInstanceOf(StreamNotFoundError);
  });

  test("may break off", async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
    await expect(errorFromResponse(answer(404, json, broken), "a")).resolves.toBeInstanceOf(StreamNotFoundError);
  });

  test("is given up after 64 KiB", async () => {
    let pulled = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(16_384));
        },
        cancel() {
          cancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    await errorFromResponse(answer(503, json, endless), "a");
    expect(pulled).toBe(5);
    expect(cancelled).toBe(true);
  });

  test("that never ends is given up after 5 s, and the status decides", async () => {
    vi.useFakeTimers();
    try {
      let cancelled = false;
      const stalled = new ReadableStream({
        cancel() {
          cancelled = true;
        },
      });
      const outcome = errorFromResponse(answer(404, json, stalled), "a");
      await vi.advanceTimersByTimeAsync(5_000);
      await expect(outcome).resolves.toBeInstanceOf(StreamNotFoundError);
      expect(cancelled).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test("is read to the end, so that its connection can be used again", async () => {
    const response = answer(503, { "Content-Type": "text/html" }, "<h1>later</h1>");
    await errorFromResponse(response, "a");
    expect(response.bodyUsed).toBe(true);
  });

  test("does not name a malformed answer's sentence", async () => {
    const error = await errorFromResponse(answer(200, {}, "<html>"), "a");
    expect(error).toBeInstanceOf(MalformedResponseError);
    expect(error.message).toContain("200");
  });
});
