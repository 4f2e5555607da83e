/** A multiple of 3, so that pieces join without padding between them, and few enough to be arguments of one call. */
const PIECE_BYTES = 3 * 2048;

function hasNativeBase64(bytes: Uint8Array): bytes is Uint8Array & { toBase64(): string } {
  return "toBase64" in bytes && typeof bytes.toBase64 === "function";
}

/**
 * Writes bytes as base64 without the platform's own encoder for byte arrays.
 *
 * @param bytes Any number of bytes; the stack used does not grow with it.
 */
export function encodeBase64Portable(bytes: Uint8Array): string {
  let encoded = "";
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    encoded += btoa(String.fromCharCode(...bytes.subarray(from, from + PIECE_BYTES)));
  }
  return encoded;
}

/**
 * Writes bytes as standard base64 with padding (RFC 4648 §4), the payload of a binary stream's `data` event (§5.8).
 *
 * @param bytes The event's bytes; none give the empty string.
 *
 * @example
 * ```ts
 * encodeSSEData(encodeBase64Data(chunk));
 * ```
 */
export function encodeBase64Data(bytes: Uint8Array): string {
  return hasNativeBase64(bytes) ? bytes.toBase64() : encodeBase64Portable(bytes);
}
