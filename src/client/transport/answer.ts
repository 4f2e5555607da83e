import type { Offset } from "../../shared/brands.ts";
import { STREAM_OFFSET_HEADER } from "../../shared/constants.ts";
import { MalformedResponseError } from "../../shared/errors/client-errors.ts";

/**
 * The offset that an answer names. Opaque here, as to every client (§8).
 *
 * @param headers Of an answer that must carry `Stream-Next-Offset`.
 * @throws MalformedResponseError when it does not: something else than a stream server has answered.
 */
export function offsetIn(headers: Headers): Offset {
  const offset = headers.get(STREAM_OFFSET_HEADER);
  if (!offset) throw new MalformedResponseError({ detail: `The answer has no ${STREAM_OFFSET_HEADER}` });
  // A server's word is what makes a string an offset for a client.
  return offset as Offset;
}
