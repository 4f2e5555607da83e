import type { StreamPage, StreamStore } from "../storage/contract/index.ts";
import type { CoreSettings } from "./options.ts";
import { pageBody } from "./page-body.ts";
import { isHeldByClient, pageHeaders } from "./page-headers.ts";
import type { ReadQuery } from "./read-query.ts";

/** GET without `live`: the page from the offset on, empty at the tail (PROTOCOL.md §5.6). */
export async function handleCatchUp(
  store: StreamStore,
  settings: CoreSettings,
  request: Request,
  path: string,
  query: ReadQuery,
): Promise<Response> {
  const page = await store.read(path, { offset: query.offset, maxBytes: settings.maxReadBytes });
  return pageResponse(page, settings, request, query.fromTail);
}

/**
 * Answers with a page: 304 when the client holds it, else 200 and its bytes.
 *
 * @param more Headers on top of the page's.
 */
export async function pageResponse(
  page: StreamPage,
  settings: CoreSettings,
  request: Request,
  fromTail: boolean,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const headers = { ...pageHeaders(page, settings.visibility, fromTail), ...more };
  if (isHeldByClient(page, request, fromTail)) return new Response(null, { status: 304, headers });
  const { body, length } = await pageBody(page, request.signal, settings.onError);
  headers["Content-Type"] = page.contentType;
  headers["Content-Length"] = String(length);
  return new Response(body, { status: 200, headers });
}
