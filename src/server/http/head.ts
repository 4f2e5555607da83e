import {
  CACHE_CONTROL_HEADER,
  HEAD_CACHE_CONTROL_VALUE,
  PROTOCOL_SECURITY_HEADERS,
  STREAM_CLOSED_HEADER,
  STREAM_EXPIRES_AT_HEADER,
  STREAM_ID_HEADER,
  STREAM_OFFSET_HEADER,
  STREAM_TTL_HEADER,
} from "../../shared/index.ts";
import type { StreamStore } from "../storage/contract/index.ts";

/** HEAD: describes a stream (PROTOCOL.md §5.5). The query is ignored. `ETag` is that of a GET of the whole stream. */
export async function handleHead(store: StreamStore, path: string): Promise<Response> {
  const result = await store.head(path);
  const headers: Record<string, string> = {
    ...PROTOCOL_SECURITY_HEADERS,
    "Content-Type": result.contentType,
    ETag: result.etag,
    [CACHE_CONTROL_HEADER]: HEAD_CACHE_CONTROL_VALUE,
    [STREAM_OFFSET_HEADER]: result.nextOffset,
    [STREAM_ID_HEADER]: result.streamId,
  };
  if (result.closed) headers[STREAM_CLOSED_HEADER] = "true";
  if (result.ttlSeconds !== undefined) headers[STREAM_TTL_HEADER] = String(result.ttlSeconds);
  if (result.expiresAt !== undefined) headers[STREAM_EXPIRES_AT_HEADER] = result.expiresAt;
  return new Response(null, { status: 200, headers });
}
