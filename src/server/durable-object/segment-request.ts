import { type StreamError, streamErrorStatus } from "../../shared/index.ts";
import type { SegmentAccess } from "../storage/contract/index.ts";
import { plainRefusal } from "./remote-answer.ts";

/** A range of inherited bytes that one object asks of another. */
export interface SegmentRange {
  readonly access: SegmentAccess;
  readonly start: number;
  readonly end: number;
}

/**
 * Marks a request between objects. The Worker drops it from what comes from outside; even if it did not, the range is
 * only served to a fork that is registered, and only as far as that fork may read.
 */
export const SEGMENT_HEADER = "Durable-CF-Streams-Segment";

/** The request for a range. Bytes travel by `fetch`, because a stream returned by RPC loses its length and its pace. */
export function segmentRequest(range: SegmentRange): Request {
  return new Request("https://object/segment", {
    headers: { [SEGMENT_HEADER]: encodeURIComponent(JSON.stringify(range)) },
  });
}

/** The range that a request asks for, if it is one between objects: a GET, so that no append has to be looked at. */
export function parseSegmentRequest(request: Request): SegmentRange | undefined {
  if (request.method !== "GET") return undefined;
  const value = request.headers.get(SEGMENT_HEADER);
  if (value === null) return undefined;
  const range: SegmentRange = JSON.parse(decodeURIComponent(value));
  return range;
}

/** The answer to a range that cannot be served: the error with its facts, for `reviveStreamError`. */
export function segmentRefusal(error: StreamError): Response {
  return Response.json(plainRefusal(error), { status: streamErrorStatus(error) });
}
