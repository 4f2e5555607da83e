import { InvalidRequestError, STREAM_SEQ_HEADER } from "../../shared/index.ts";

/** Longest `Content-Type`, in characters. */
const MAX_CONTENT_TYPE_LENGTH = 256;
/** Longest `Stream-Seq`, in characters. */
const MAX_SEQ_LENGTH = 1024;
const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
/** ASCII only: some runtimes read other bytes of a header as Latin-1 and some as UTF-8, and readers would get neither. */
const QUOTED = '"(?:[\\t !#-\\x5b\\x5d-~]|\\\\[\\t -~])*"';
/**
 * RFC 9110 §8.3.1: type, subtype, and parameters whose values are tokens or quoted strings. White space can match in one
 * place only, or a hostile header would make this backtrack for ever.
 */
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?:[ \\t]*;(?:[ \\t]*${TOKEN}=(?:${TOKEN}|${QUOTED}))?)*[ \\t]*$`);

/** Appends to one stream repeat one type, so the last good one saves most checks. */
let lastValid = "application/json";

/**
 * Reads `Content-Type`.
 *
 * @returns The value as sent, or `undefined` when there is none.
 * @throws InvalidRequestError when it is no media type (400) or has more than 256 characters (431).
 */
export function contentTypeOf(headers: Headers): string | undefined {
  const value = headers.get("Content-Type");
  if (value === null || value === "") return undefined;
  if (value === lastValid) return value;
  if (value.length > MAX_CONTENT_TYPE_LENGTH) throw new InvalidRequestError({ parameter: "Content-Type", status: 431 });
  if (!MEDIA_TYPE.test(value)) {
    throw new InvalidRequestError({ parameter: "Content-Type" }, { detail: "Content-Type is not a media type" });
  }
  lastValid = value;
  return value;
}

/**
 * Reads `Stream-Seq` (PROTOCOL.md §5.2).
 *
 * @returns The value, or `undefined` when there is none.
 * @throws InvalidRequestError when it is empty (400) or has more than 1,024 characters (431).
 */
export function streamSeqOf(headers: Headers): string | undefined {
  const value = headers.get(STREAM_SEQ_HEADER);
  if (value === null) return undefined;
  if (value === "") throw new InvalidRequestError({ parameter: STREAM_SEQ_HEADER });
  if (value.length > MAX_SEQ_LENGTH) throw new InvalidRequestError({ parameter: STREAM_SEQ_HEADER, status: 431 });
  return value;
}
