import { generateResponseCursor, STREAM_CURSOR_HEADER } from "../../shared/index.ts";
import { type StreamStore, waitForPage } from "../storage/contract/index.ts";
import type { CoreSettings } from "./options.ts";
import { pageHeaders } from "./page-headers.ts";
import { pageResponse } from "./read.ts";
import type { ReadQuery } from "./read-query.ts";

/**
 * GET with `live=long-poll`: the page from the offset on, or, at the tail of an open stream, whatever comes next within
 * the time (PROTOCOL.md §5.7). A stream that is deleted, or deleted and created again, meanwhile ends the wait with 404
 * or 410.
 */
export async function handleLongPoll(
  store: StreamStore,
  settings: CoreSettings,
  request: Request,
  path: string,
  query: ReadQuery,
): Promise<Response> {
  const page = await waitForPage(
    store,
    path,
    { offset: query.offset, maxBytes: settings.maxReadBytes },
    { clock: settings.clock, timeoutMs: settings.longPollTimeoutMs, signal: request.signal },
  );
  const cursor = generateResponseCursor(query.cursor, {
    ...settings.cursor,
    now: settings.clock.now(),
    random: settings.random,
  });
  const more: Record<string, string> = page.closed ? {} : { [STREAM_CURSOR_HEADER]: cursor };
  if (page.byteLength > 0) return pageResponse(page, settings, request, query.fromTail, more);
  const headers = { ...pageHeaders(page, settings.visibility, true), ...more };
  return new Response(null, { status: 204, headers });
}
