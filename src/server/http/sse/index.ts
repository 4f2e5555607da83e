import {
  CACHE_CONTROL_HEADER,
  generateResponseCursor,
  isSSETextCompatibleContentType,
  PROTOCOL_SECURITY_HEADERS,
  SSE_CACHE_CONTROL_VALUE,
  STREAM_CLOSED_HEADER,
  STREAM_ID_HEADER,
  STREAM_OFFSET_HEADER,
  STREAM_SSE_DATA_ENCODING_HEADER,
  STREAM_UP_TO_DATE_HEADER,
} from "../../../shared/index.ts";
import type { CoreSettings } from "../options.ts";
import type { ReadQuery } from "../read-query.ts";
import { SseConnection } from "./connection.ts";
import type { Frame } from "./frame.ts";
import type { LiveHub } from "./hub.ts";

/**
 * GET with `live=sse`: what follows the offset, as events, until the stream ends or the connection is rotated
 * (PROTOCOL.md §5.8). The first frame is read before anything is answered, so what is wrong is told by the status.
 */
export async function handleSse(
  hub: LiveHub,
  settings: CoreSettings,
  request: Request,
  path: string,
  query: ReadQuery,
): Promise<Response> {
  const membership = hub.join(path);
  try {
    const first = await hub.firstFrame(path, query.offset);
    const headers: Record<string, string> = {
      ...PROTOCOL_SECURITY_HEADERS,
      "Content-Type": "text/event-stream",
      [CACHE_CONTROL_HEADER]: SSE_CACHE_CONTROL_VALUE,
      [STREAM_ID_HEADER]: first.streamId,
    };
    if (!isSSETextCompatibleContentType(first.contentType)) headers[STREAM_SSE_DATA_ENCODING_HEADER] = "base64";
    if (query.fromTail && first.closed) Object.assign(headers, endHeaders(first));
    const cursor = generateResponseCursor(query.cursor, {
      ...settings.cursor,
      now: settings.clock.now(),
      random: settings.random,
    });
    const { signal } = request;
    const { stream } = new SseConnection(settings, { membership, first, cursor, slackMs: hub.tickMs / 2, signal });
    return new Response(stream, { status: 200, headers });
  } catch (error) {
    membership.leave();
    throw error;
  }
}

/** `offset=now` of a closed stream says so in its headers as well, whatever the live mode (PROTOCOL.md §8). */
function endHeaders({ nextOffset }: Frame): Record<string, string> {
  return {
    [STREAM_OFFSET_HEADER]: nextOffset,
    [STREAM_UP_TO_DATE_HEADER]: "true",
    [STREAM_CLOSED_HEADER]: "true",
  };
}
