import { MalformedResponseError } from "../../shared/errors/client-errors.ts";

/**
 * Reads the payload of a binary stream's `data` event (PROTOCOL.md §5.8): standard base64, broken into lines anywhere.
 *
 * @throws MalformedResponseError when it is not base64, or not a multiple of 4 long.
 */
export function decodeBase64(data: string): Uint8Array {
  const text = data.replace(/[\r\n]/g, "");
  try {
    // `atob` forgives missing padding, which here means missing bytes.
    if (text.length % 4 !== 0) throw new RangeError("Padding is missing");
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    // A loop: `Uint8Array.from` takes ten times as long.
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
    return bytes;
  } catch (cause) {
    throw new MalformedResponseError({ cause, detail: "A data event is not base64" });
  }
}
