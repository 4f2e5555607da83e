import { MalformedResponseError } from "../../shared/errors/client-errors.ts";

/**
 * Decodes the next bytes of an answer.
 *
 * @param decoder Where the answer's text is kept up with; a fatal one, unless the text may be anything.
 * @param bytes What arrived, cut anywhere.
 * @throws MalformedResponseError when it is not UTF-8.
 */
export function decodeNext(decoder: TextDecoder, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: true });
  } catch (cause) {
    throw new MalformedResponseError({ cause, detail: "The answer is not UTF-8" });
  }
}
