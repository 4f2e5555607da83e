import { STREAM_FORKED_FROM_HEADER } from "../../shared/index.ts";
import type { StreamTarget } from "../http/core.ts";
import type { Route } from "../http/edge.ts";
import { canonicalStreamPath, streamUrlPath } from "../http/path.ts";
import { SEGMENT_HEADER } from "./segment-request.ts";

/** The base path under which canonical paths travel between Worker and object. */
const NO_BASE_PATH = "";

/**
 * What the Worker sends to the object: the request as it came, but for the source of a fork, which is canonical by now,
 * and the header that only objects send to each other.
 */
export function forwardedRequest({ request, operation, forkedFrom }: Route): Request {
  const isForged = operation === "read" && request.headers.has(SEGMENT_HEADER);
  if (forkedFrom === undefined && !isForged) return request;
  const headers = new Headers(request.headers);
  headers.delete(SEGMENT_HEADER);
  if (forkedFrom !== undefined) headers.set(STREAM_FORKED_FROM_HEADER, streamUrlPath(forkedFrom, NO_BASE_PATH));
  return new Request(request, { headers });
}

/** What the object makes of it: its own name is the path. */
export function forwardedTarget(request: Request, path: string): StreamTarget {
  const source = request.method === "PUT" ? request.headers.get(STREAM_FORKED_FROM_HEADER) : null;
  return { path, forkedFrom: source === null ? undefined : canonicalStreamPath(source, NO_BASE_PATH) };
}
