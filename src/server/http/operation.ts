import { MethodNotAllowedError, STREAM_CLOSED_HEADER } from "../../shared/index.ts";

/**
 * What a request wants to do with a stream (PROTOCOL.md §5).
 *
 * `"close"` is a POST with `Stream-Closed: true` that announces no body: `Content-Length: 0`, or no `Content-Length` and
 * no body at all. A POST that appends and closes is `"append"`; so is one with a chunked body, even if it turns out
 * empty. A POST called `"close"` cannot bring bytes after all: more than the announced zero is refused with 400.
 */
export type StreamOperation = "create" | "append" | "close" | "read" | "head" | "delete";

/** The methods a stream answers. */
export const STREAM_METHODS: readonly string[] = Object.freeze(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]);

/**
 * Names the operation of a request.
 *
 * @throws MethodNotAllowedError for a method that streams do not answer. OPTIONS is answered before this is asked.
 */
export function operationOf(request: Request): StreamOperation {
  switch (request.method) {
    case "POST":
      return isCloseRequested(request.headers) && announcesNoBody(request) ? "close" : "append";
    case "GET":
      return "read";
    case "HEAD":
      return "head";
    case "PUT":
      return "create";
    case "DELETE":
      return "delete";
    default:
      throw new MethodNotAllowedError({ allowed: STREAM_METHODS });
  }
}

/** Whether `Stream-Closed` asks for closing: only the value `true`, in any case, does (PROTOCOL.md §4.1). */
export function isCloseRequested(headers: Headers): boolean {
  const value = headers.get(STREAM_CLOSED_HEADER);
  return value !== null && (value === "true" || value.toLowerCase() === "true");
}

function announcesNoBody(request: Request): boolean {
  const length = request.headers.get("Content-Length");
  return length === null ? request.body === null : length === "0";
}
