import {
  CACHE_CONTROL_HEADER,
  matchesIfNoneMatch,
  PROTOCOL_SECURITY_HEADERS,
  STREAM_CLOSED_HEADER,
  STREAM_ID_HEADER,
  STREAM_OFFSET_HEADER,
  STREAM_UP_TO_DATE_HEADER,
} from "../../shared/index.ts";
import type { StreamPage } from "../storage/contract/index.ts";
import type { Visibility } from "./options.ts";

/**
 * The headers that 200, 204 and 304 answers to a GET share (PROTOCOL.md §5.6, §10.1).
 *
 * @param page The page.
 * @param visibility Who may cache it.
 * @param fromTail Whether the request asked for `offset=now`: the same URL means another range each time, so such an
 * answer has no `ETag` and is not stored.
 */
export function pageHeaders(page: StreamPage, visibility: Visibility, fromTail: boolean): Record<string, string> {
  const headers: Record<string, string> = {
    ...PROTOCOL_SECURITY_HEADERS,
    [CACHE_CONTROL_HEADER]: cacheControl(page, visibility, fromTail),
    [STREAM_OFFSET_HEADER]: page.nextOffset,
    [STREAM_ID_HEADER]: page.streamId,
  };
  if (page.upToDate) headers[STREAM_UP_TO_DATE_HEADER] = "true";
  if (page.closed) headers[STREAM_CLOSED_HEADER] = "true";
  if (!fromTail) headers.ETag = page.etag;
  return headers;
}

/** A page that ends before the tail will never change; one at the tail is good until the next append or the close. */
function cacheControl(page: StreamPage, visibility: Visibility, fromTail: boolean): string {
  if (fromTail || page.byteLength === 0) return "no-store";
  return page.upToDate ? `${visibility}, no-cache` : `${visibility}, max-age=60, stale-while-revalidate=300`;
}

/** Whether the client holds this very page already: then it gets a 304. */
export function isHeldByClient(page: StreamPage, request: Request, fromTail: boolean): boolean {
  if (fromTail) return false;
  const header = request.headers.get("If-None-Match");
  return header !== null && matchesIfNoneMatch(header, page.etag);
}
