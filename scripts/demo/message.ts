/**
 * Longest line, in bytes, that is one message. The server takes 16 MiB in one request, and base64 makes a third more.
 */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** Longest JSON text of a message, in UTF-16 units. Escapes can make a line of control characters six times as long. */
const MAX_STRING_LENGTH = 12 * 1024 * 1024;

/** A line as a JSON message. */
export type Message = string | { readonly base64: string };

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Turns a line into a JSON message that can be turned back into the very same bytes.
 *
 * A line of valid UTF-8 becomes a string. JSON has no way to write other bytes, so any other line becomes
 * `{"base64":"…"}`, and so does one that its escapes would make too long to send.
 *
 * @param line - At most {@link MAX_LINE_BYTES}.
 * @example
 * ```ts
 * encodeMessage(Buffer.from("café\n")); // "café\n"
 * encodeMessage(Buffer.from([0xff, 0x0a])); // { base64: "/wo=" }
 * ```
 */
export function encodeMessage(line: Uint8Array): Message {
  const text = decodeUtf8(line);
  if (text !== undefined && (text.length * 6 < MAX_STRING_LENGTH || JSON.stringify(text).length <= MAX_STRING_LENGTH)) {
    return text;
  }
  return { base64: Buffer.from(line).toString("base64") };
}

/**
 * Turns a message back into the line that it was.
 *
 * @param message - A parsed JSON message.
 * @throws Error when {@link encodeMessage} did not make it.
 */
export function decodeMessage(message: unknown): Uint8Array {
  if (typeof message === "string") {
    return Buffer.from(message);
  }
  if (typeof message === "object" && message !== null && "base64" in message && typeof message.base64 === "string") {
    return Buffer.from(message.base64, "base64");
  }
  throw new Error(`A message that the demo did not write: ${JSON.stringify(message)}`);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
