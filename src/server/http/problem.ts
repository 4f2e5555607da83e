import {
  CACHE_CONTROL_HEADER,
  isStreamError,
  PROTOCOL_SECURITY_HEADERS,
  problemDetails,
  type StreamError,
  streamErrorHeaders,
  streamErrorStatus,
} from "../../shared/index.ts";

const INTERNAL_PROBLEM = JSON.stringify({
  type: "urn:durable-cf-streams:error:InternalError",
  title: "Internal Server Error",
  status: 500,
  detail: "The server failed to handle the request",
  code: "InternalError",
});

/**
 * Renders whatever was thrown as `application/problem+json` (RFC 9457).
 *
 * An error of the protocol's vocabulary keeps its status, headers and facts, whoever threw it. Anything else, one of the
 * vocabulary with a fact that no header can carry included, is told to `onError` and answered as a 500 that says nothing
 * of it.
 *
 * @param error What was thrown.
 * @param method The request's method: the answer to HEAD has no body.
 * @param onError Where unexpected errors go; must not throw.
 */
export function errorResponse(error: unknown, method: string, onError: (error: unknown) => void): Response {
  const known = isStreamError(error) ? knownProblem(error, method, onError) : undefined;
  if (known !== undefined) return known;
  onError(error);
  return problem(500, method, INTERNAL_PROBLEM);
}

function knownProblem(error: StreamError, method: string, onError: (error: unknown) => void): Response | undefined {
  try {
    const body = JSON.stringify(problemDetails(error));
    return problem(streamErrorStatus(error), method, body, streamErrorHeaders(error));
  } catch (failure) {
    onError(failure);
    return undefined;
  }
}

function problem(status: number, method: string, body: string, more: Record<string, string> = {}): Response {
  const headers = {
    ...PROTOCOL_SECURITY_HEADERS,
    [CACHE_CONTROL_HEADER]: "no-store",
    "Content-Type": "application/problem+json",
    ...more,
  };
  return new Response(method === "HEAD" ? null : body, { status, headers });
}
