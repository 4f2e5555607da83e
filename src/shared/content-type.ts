import { SSE_COMPATIBLE_CONTENT_TYPES } from "./constants.ts";

/**
 * Reduces a content type to what identifies it: type and subtype in lower case, without parameters or blanks.
 *
 * @param contentType A `Content-Type` value; `null` and `undefined` stand for a missing header.
 * @returns For example `text/plain`; the empty string when there is none.
 *
 * @example
 * ```ts
 * normalizeContentType("Text/Plain; charset=UTF-8"); // "text/plain"
 * ```
 */
export function normalizeContentType(contentType: string | null | undefined): string {
  if (contentType === null || contentType === undefined) return "";
  const parameters = contentType.indexOf(";");
  return (parameters === -1 ? contentType : contentType.slice(0, parameters)).trim().toLowerCase();
}

/**
 * Says whether a stream of this content type is in JSON mode (§9.1).
 *
 * Only `application/json` is, with or without parameters. `application/problem+json` and `application/ndjson` are bytes.
 *
 * @example
 * ```ts
 * isJsonContentType("application/json; charset=utf-8"); // true
 * ```
 */
export function isJsonContentType(contentType: string | null | undefined): boolean {
  return normalizeContentType(contentType) === "application/json";
}

/**
 * Says whether SSE carries this content type as text (`text/*`, `application/json`); all others travel as base64 (§5.8).
 *
 * @example
 * ```ts
 * isSSETextCompatibleContentType("text/markdown"); // true
 * ```
 */
export function isSSETextCompatibleContentType(contentType: string | null | undefined): boolean {
  const normalized = normalizeContentType(contentType);
  return SSE_COMPATIBLE_CONTENT_TYPES.some((entry) =>
    entry.endsWith("/") ? normalized.startsWith(entry) : normalized === entry,
  );
}
