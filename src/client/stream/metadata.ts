import {
  DEFAULT_CONTENT_TYPE,
  STREAM_EXPIRES_AT_HEADER,
  STREAM_ID_HEADER,
  STREAM_TTL_HEADER,
} from "../../shared/constants.ts";
import { isClosed, numberIn, offsetIn } from "../transport/answer.ts";
import type { StreamMetadata } from "./contract.ts";

/**
 * Reads the headers of a HEAD answer (§5.5).
 *
 * @throws MalformedResponseError when there is no offset.
 */
export function metadataOf(headers: Headers): StreamMetadata {
  const expiresAt = new Date(headers.get(STREAM_EXPIRES_AT_HEADER) ?? "");
  return {
    offset: offsetIn(headers),
    contentType: headers.get("Content-Type") ?? DEFAULT_CONTENT_TYPE,
    closed: isClosed(headers),
    ttlSeconds: numberIn(headers, STREAM_TTL_HEADER) ?? undefined,
    expiresAt: Number.isNaN(expiresAt.getTime()) ? undefined : expiresAt,
    streamId: headers.get(STREAM_ID_HEADER) ?? undefined,
  };
}
