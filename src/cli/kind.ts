import { isJsonContentType, normalizeContentType } from "../shared/index.ts";

/** What a stream holds, as far as lines and bytes are concerned. */
export type Kind = "json" | "text" | "bytes";

/** How the client takes a content type: messages for `application/json`, strings for `text/*`, else bytes. */
export function kindOf(contentType: string): Kind {
  if (isJsonContentType(contentType)) return "json";
  return normalizeContentType(contentType).startsWith("text/") ? "text" : "bytes";
}
