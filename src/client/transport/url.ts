import { CURSOR_QUERY_PARAM, LIVE_QUERY_PARAM, OFFSET_QUERY_PARAM } from "../../shared/constants.ts";
import { type Named, setAll } from "./dynamic.ts";

/** Only the protocol sets these: a caller's `offset` would make a reader skip or repeat. */
const RESERVED = [OFFSET_QUERY_PARAM, LIVE_QUERY_PARAM, CURSOR_QUERY_PARAM];

/**
 * Reads the URL of a stream, once.
 *
 * @param url Absolute, or relative to the page or worker when there is one.
 * @returns The URL without fragment and without the protocol's own query parameters, the others ordered by name.
 * @throws TypeError when it is no http(s) URL, or holds credentials, which no request may carry in its URL.
 *
 * @example
 * ```ts
 * parseStreamUrl("https://example.test/v1/stream/a?offset=-1#x").href; // "https://example.test/v1/stream/a"
 * ```
 */
export function parseStreamUrl(url: string | URL): URL {
  // A `Request` knows what a relative URL is relative to, in every runtime that has such a thing.
  const parsed = new URL(new Request(url).url);
  if (!/^https?:$/.test(parsed.protocol) || parsed.username || parsed.password) {
    throw new TypeError("A stream's URL is http or https, and holds no credentials");
  }
  parsed.hash = "";
  return withQuery(parsed, [], {});
}

/**
 * Adds query parameters to a stream's URL.
 *
 * @param url The stream's URL.
 * @param params The caller's parameters; each replaces one of the same name in the URL.
 * @param query The protocol's parameters, which replace any other of the same name.
 * @returns A new URL whose query is ordered by name, so that equal requests have equal URLs for caches (§10).
 */
export function withQuery(
  url: URL,
  params: readonly Named[],
  query: Readonly<Record<string, string | undefined>>,
): URL {
  const target = new URL(url);
  const { searchParams } = target;
  setAll(searchParams, params);
  for (const name of RESERVED) searchParams.delete(name);
  setAll(searchParams, Object.entries(query));
  searchParams.sort();
  return target;
}
