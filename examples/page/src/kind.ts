import { isJsonContentType, normalizeContentType } from "durable-cf-streams";
import { bytesFormat } from "./formats/bytes.ts";
import type { Format } from "./formats/format.ts";
import { jsonFormat } from "./formats/json.ts";
import { textFormat } from "./formats/text.ts";
import { type AnySession, Session, type SessionContext } from "./session.ts";

/** A kind of stream: a {@link Format}, without the types of its messages. */
export interface Kind {
  /** Whether a stream is of this kind, by its name. */
  matches(name: string): boolean;
  /** What such streams are created as. */
  readonly contentType: string;
  /** A body that can be appended to such streams. */
  readonly sample: string;
  /** Opens a stream of this kind. */
  open(context: SessionContext): AnySession;
}

/**
 * Makes a kind of streams for the page.
 *
 * @param contentType What such streams are created as.
 * @param format How their messages are read, shown and written.
 * @param matches Which names they have.
 */
export function kindOf<Out, In>(
  contentType: string,
  format: Format<Out, In>,
  matches: (name: string) => boolean = () => false,
): Kind {
  return { contentType, sample: format.sample, matches, open: (context) => new Session(format, context) };
}

/** The kind of streams that nobody has described: all that is known of them is a content type. */
export function kindOfType(contentType: string): Kind {
  if (isJsonContentType(contentType)) return kindOf(contentType, jsonFormat);
  if (normalizeContentType(contentType).startsWith("text/")) return kindOf(contentType, textFormat(contentType));
  return kindOf(contentType, bytesFormat(contentType));
}
