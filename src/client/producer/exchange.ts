import type { Offset } from "../../shared/brands.ts";
import {
  PRODUCER_EPOCH_HEADER,
  PRODUCER_ID_HEADER,
  PRODUCER_SEQ_HEADER,
  STREAM_CLOSED_HEADER,
} from "../../shared/constants.ts";
import { MalformedResponseError } from "../../shared/errors/client-errors.ts";
import type { StreamHost } from "../host.ts";
import { discard, errorFromResponse, noticeIdentity, numberIn, offsetIn, requireClosed } from "../transport/index.ts";
import type { Batch } from "./batch.ts";

/** What a producer's inside needs of a handle; what messages are is of no interest there. */
export type ProducerHost = StreamHost<unknown, never>;

/** What a server says when a batch is stored. */
export interface Answer {
  /** Where the stream ends. */
  readonly offset: Offset;
  /** The highest number of the epoch that is stored; at least the batch's own. */
  readonly highestSeq: number;
  /** Whether it was stored before. */
  readonly duplicate: boolean;
}

/**
 * Sends a batch once (§5.2.1).
 *
 * @throws The shared error of a refusal, or of no answer; MalformedResponseError for a success that does not prove that
 * the batch is stored: without the epoch's echo the server may know nothing of producers, and would store every
 * repetition.
 */
export async function sendBatch(host: ProducerHost, id: string, batch: Batch, signal: AbortSignal): Promise<Answer> {
  const { transport, codec } = host;
  const { epoch, seq } = batch;
  const { body, closes } = batch.cargo;
  const contentType = body && codec.contentType;
  const response = await transport.send({
    method: "POST",
    headers: {
      "Content-Type": contentType,
      [PRODUCER_ID_HEADER]: id,
      [PRODUCER_EPOCH_HEADER]: String(epoch),
      [PRODUCER_SEQ_HEADER]: String(seq),
      [STREAM_CLOSED_HEADER]: closes ? "true" : undefined,
    },
    body,
    signal,
  });
  const { status, headers } = response;
  if (status !== 200 && status !== 204) {
    throw await errorFromResponse(response, transport.url, { contentType, bodyBytes: body?.length, epoch, seq });
  }
  discard(response);
  const highestSeq = numberIn(headers, PRODUCER_SEQ_HEADER) ?? seq;
  if (numberIn(headers, PRODUCER_EPOCH_HEADER) !== epoch || highestSeq < seq) {
    throw new MalformedResponseError({ detail: "The answer does not say that the batch is stored" });
  }
  if (closes) requireClosed(headers);
  noticeIdentity(headers, host);
  return { offset: offsetIn(headers), highestSeq, duplicate: status === 204 };
}
