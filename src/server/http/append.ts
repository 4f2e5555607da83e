import {
  InvalidRequestError,
  PRODUCER_EPOCH_HEADER,
  PRODUCER_SEQ_HEADER,
  PROTOCOL_SECURITY_HEADERS,
  parseProducerHeaders,
  STREAM_CLOSED_HEADER,
  STREAM_ID_HEADER,
  STREAM_OFFSET_HEADER,
} from "../../shared/index.ts";
import type { AppendResult, StreamStore } from "../storage/contract/index.ts";
import { readBody } from "./body.ts";
import { isCloseRequested } from "./operation.ts";
import type { CoreSettings } from "./options.ts";
import { contentTypeOf, streamSeqOf } from "./request-headers.ts";

/**
 * POST: appends, closes, or both (PROTOCOL.md §5.2, §5.3).
 *
 * An empty body goes to the store like any other, which refuses it unless the request closes: a stream that does not
 * exist must say so first. `Content-Type` counts only when there is a body.
 */
export async function handleAppend(
  store: StreamStore,
  settings: CoreSettings,
  request: Request,
  path: string,
): Promise<Response> {
  const { headers } = request;
  const close = isCloseRequested(headers);
  const seq = streamSeqOf(headers);
  const producer = parseProducerHeaders(headers);
  const data = await readBody(request, settings.maxBodyBytes);
  const contentType = data.length === 0 ? undefined : contentTypeOf(headers);
  if (data.length > 0 && contentType === undefined) {
    throw new InvalidRequestError({ parameter: "Content-Type" }, { detail: "An append needs a Content-Type" });
  }
  return answer(await store.append(path, data, { contentType, seq, producer, close, owned: true }));
}

function answer({ streamId, nextOffset, closed, appended, producer }: AppendResult): Response {
  const headers: Record<string, string> = {
    ...PROTOCOL_SECURITY_HEADERS,
    [STREAM_OFFSET_HEADER]: nextOffset,
    [STREAM_ID_HEADER]: streamId,
  };
  if (closed) headers[STREAM_CLOSED_HEADER] = "true";
  if (producer === undefined) return new Response(null, { status: 204, headers });
  headers[PRODUCER_EPOCH_HEADER] = String(producer.epoch);
  headers[PRODUCER_SEQ_HEADER] = String(producer.seq);
  return new Response(null, { status: appended ? 200 : 204, headers });
}
