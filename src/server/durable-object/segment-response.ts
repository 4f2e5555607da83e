import { DEFAULT_CONTENT_TYPE, generateETag, initialOffset, isStreamError } from "../../shared/index.ts";
import { pageBody } from "../http/page-body.ts";
import type { ForkSource, StreamPage } from "../storage/contract/index.ts";
import { type SegmentRange, segmentRefusal } from "./segment-request.ts";

/** Answers another object's request for inherited bytes. Whether they are there is known before the body starts. */
export async function segmentResponse(source: ForkSource, range: SegmentRange, signal: AbortSignal): Promise<Response> {
  try {
    const bytes = source.readSegment(range.access, range.start, range.end)[Symbol.asyncIterator]();
    const first = await bytes.next();
    const { body } = await pageBody(segmentPage(source, range, resumed(first, bytes)), signal, console.error);
    return new Response(body);
  } catch (error) {
    if (isStreamError(error)) return segmentRefusal(error);
    throw error;
  }
}

/** A range looks to the pump like a page of plain bytes. */
function segmentPage(
  { detachable }: ForkSource,
  { access, start, end }: SegmentRange,
  chunks: AsyncIterable<Uint8Array>,
): StreamPage {
  const offset = initialOffset();
  return {
    streamId: access.streamId,
    contentType: DEFAULT_CONTENT_TYPE,
    startOffset: offset,
    nextOffset: offset,
    upToDate: false,
    closed: false,
    etag: generateETag(access.streamId, offset, offset),
    byteLength: end - start,
    detachable,
    chunks: () => chunks,
  };
}

async function* resumed<T>(first: IteratorResult<T>, rest: AsyncIterator<T>): AsyncGenerator<T> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
