import type { Offset } from "../../shared/brands.ts";
import { STREAM_CLOSED_HEADER, STREAM_ID_HEADER, STREAM_OFFSET_HEADER } from "../../shared/constants.ts";
import { parseDecimal } from "../../shared/decimal.ts";
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

/** The whole number that a header holds; `null` when it holds none. */
export function numberIn(headers: Headers, name: string): number | null {
  return parseDecimal(headers.get(name) ?? "");
}

/** Whether a header says `true`, in any case. */
export function isTrue(headers: Headers, name: string): boolean {
  return headers.get(name)?.toLowerCase() === "true";
}

/** Whether an answer says that the stream is closed (§4.1). */
export function isClosed(headers: Headers): boolean {
  return isTrue(headers, STREAM_CLOSED_HEADER);
}

/** @throws MalformedResponseError when the answer to a closing does not say that the stream is closed. */
export function requireClosed(headers: Headers): void {
  if (!isClosed(headers)) throw new MalformedResponseError({ detail: "The server did not confirm the closing" });
}

/**
 * Tells whoever cares which stream has answered, where the answer says so (§11.1).
 *
 * @throws StreamGoneError when it is another one than before.
 */
export function noticeIdentity(headers: Headers, host: { identify?(streamId: string): void }): void {
  const streamId = headers.get(STREAM_ID_HEADER);
  if (streamId !== null) host.identify?.(streamId);
}
