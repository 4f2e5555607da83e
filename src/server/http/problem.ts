import {
  CACHE_CONTROL_HEADER,
  isStreamError,
  PROTOCOL_SECURITY_HEADERS,
  problemDetails,
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
 * An error of the protocol's vocabulary keeps its status, headers and facts, whoever threw it. Anything else is told
 * to `onError` and answered as a 500 that says nothing of it.
 *
 * @param error What was thrown.
 * @param method The request's method: the answer to HEAD has no body.
 * @param onError Where unexpected errors go.
 */
export function errorResponse(error: unknown, method: string, onError: (error: unknown) => void): Response {
  const status = isStreamError(error) ? streamErrorStatus(error) : undefined;
  const headers: Record<string, string> = {
    ...PROTOCOL_SECURITY_HEADERS,
    [CACHE_CONTROL_HEADER]: "no-store",
    "Content-Type": "application/problem+json",
  };
  if (isStreamError(error) && status !== undefined) {
    Object.assign(headers, streamErrorHeaders(error));
    const body = method === "HEAD" ? null : JSON.stringify(problemDetails(error));
    return new Response(body, { status, headers });
  }
  onError(error);
  return new Response(method === "HEAD" ? null : INTERNAL_PROBLEM, { status: 500, headers });
}
