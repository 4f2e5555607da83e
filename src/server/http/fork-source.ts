import { InvalidRequestError, STREAM_FORKED_FROM_HEADER } from "../../shared/index.ts";
import { canonicalStreamPath } from "./path.ts";

/** Longest header value looked at: a path of the greatest length, every byte escaped, with an origin in front. */
const MAX_VALUE_LENGTH = 4096;

/**
 * Reads `Stream-Forked-From`: the URL path of the source, or its whole URL (PROTOCOL.md §4.2). It follows the same
 * rule as the paths of requests, see {@link canonicalStreamPath}.
 *
 * @param value The header's value.
 * @param requestUrl The URL of the request; the source must have its origin.
 * @param basePath From `normalizeBasePath`.
 * @returns The canonical path of the source.
 * @throws InvalidRequestError for anything but an absolute path or a URL of this origin, and for a query or a fragment;
 * what {@link canonicalStreamPath} throws.
 *
 * @example
 * ```ts
 * resolveForkSource("/v1/stream/a/../b", new URL("https://x.test/v1/stream/fork"), "/v1/stream"); // "b"
 * ```
 */
export function resolveForkSource(value: string, requestUrl: URL, basePath: string): string {
  if (value.length > MAX_VALUE_LENGTH) {
    throw new InvalidRequestError({ parameter: STREAM_FORKED_FROM_HEADER, status: 431 });
  }
  // The header's bytes above ASCII arrive as Latin-1; guessing what they meant could name another stream.
  if (!isPrintableAscii(value)) throw invalidSource("it is empty or not percent-encoded");
  if (!value.startsWith("/") && !value.includes("://")) throw invalidSource("it must be an absolute path or a URL");
  if (!URL.canParse(value, requestUrl.origin)) throw invalidSource("it is not a URL");
  const source = new URL(value, requestUrl.origin);
  if (source.origin !== requestUrl.origin) throw invalidSource("the source must be on this server");
  if (value.includes("?") || value.includes("#")) throw invalidSource("it may have no query and no fragment");
  return canonicalStreamPath(source.pathname, basePath);
}

function isPrintableAscii(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const unit = value.charCodeAt(index);
    if (unit <= 32 || unit >= 127) return false;
  }
  return value !== "";
}

function invalidSource(reason: string): InvalidRequestError {
  return new InvalidRequestError(
    { parameter: STREAM_FORKED_FROM_HEADER },
    { detail: `${STREAM_FORKED_FROM_HEADER} is refused: ${reason}` },
  );
}
