import { isJsonContentType, normalizeContentType } from "../../shared/content-type.ts";
import type { Framing } from "./contract.ts";

/**
 * How a stream of this content type is cut into messages (§9): `application/json` at message boundaries, `text/*` into
 * runs of text, everything else into runs of bytes.
 *
 * @param contentType A `Content-Type` value, with or without parameters.
 *
 * @example
 * ```ts
 * framingOf("text/plain; charset=utf-8"); // "text"
 * ```
 */
export function framingOf(contentType: string): Framing {
  if (isJsonContentType(contentType)) return "json";
  return normalizeContentType(contentType).startsWith("text/") ? "text" : "bytes";
}
