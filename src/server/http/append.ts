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

/** Copied for each answer, which takes less time than to read them out of an object. */
const BASE_HEADERS = new Headers(PROTOCOL_SECURITY_HEADERS);

function answer({ streamId, nextOffset, closed, appended, producer }: AppendResult): Response {
  const status = producer !== undefined && appended ? 200 : 204;
  const response = new Response(null, { status, headers: BASE_HEADERS });
  const { headers } = response;
  headers.set(STREAM_OFFSET_HEADER, nextOffset);
  headers.set(STREAM_ID_HEADER, streamId);
  if (closed) headers.set(STREAM_CLOSED_HEADER, "true");
  if (producer === undefined) return response;
  headers.set(PRODUCER_EPOCH_HEADER, String(producer.epoch));
  headers.set(PRODUCER_SEQ_HEADER, String(producer.seq));
  return response;
}
