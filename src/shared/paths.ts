import { InvalidRequestError } from "./errors/request-errors.ts";

/** The longest result; longer ones become a hash. */
const MAX_ENCODED_LENGTH = 200;

/** Never begins a plain form, where `~` is always followed by two hex digits. */
const HASH_PREFIX = "~sha256-";
const EMPTY_PATH = "~";

const PLAIN = /^(?:[A-Za-z0-9_-]|~[0-9a-f]{2})+$/;
const LITERAL = /^[A-Za-z0-9-]$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (LITERAL.test(character)) return character;
  return character === "/" ? "_" : `~${byte.toString(16).padStart(2, "0")}`;
}

/** The reversible form, or `null` when it would be too long. */
function encodePlain(utf8: Uint8Array): string | null {
  if (utf8.length > MAX_ENCODED_LENGTH) return null;
  let encoded = "";
  for (const byte of utf8) encoded += encodeByte(byte);
  if (encoded === "") return EMPTY_PATH;
  return encoded.length <= MAX_ENCODED_LENGTH ? encoded : null;
}

function decodePlain(encoded: string): string | null {
  const bytes: number[] = [];
  for (let at = 0; at < encoded.length; at += 1) {
    const character = encoded.charAt(at);
    if (character === "~") {
      bytes.push(Number.parseInt(encoded.slice(at + 1, at + 3), 16));
      at += 2;
    } else {
      bytes.push(character === "_" ? 0x2f : character.charCodeAt(0));
    }
  }
  try {
    return decoder.decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
}

/**
 * Turns a stream path into a key that is safe in URLs, file names and any key-value store.
 *
 * The result has only the characters `A-Z a-z 0-9 - _ ~`, 1 to 200 of them, and different paths give different keys.
 * Letters, digits and `-` stand for themselves, `/` becomes `_`, every other byte of the path's UTF-8 becomes `~` and
 * two hex digits; {@link decodeStreamPath} reverses that. A path whose key would be longer than 200 characters becomes
 * `~sha256-` and the hex digits of its SHA-256 instead, which cannot be reversed and cannot equal a plain key.
 *
 * @param path Any string of whole characters; upper and lower case differ.
 * @throws InvalidRequestError (as a rejection) when the path holds half a surrogate pair, which UTF-8 cannot express.
 *
 * @example
 * ```ts
 * await encodeStreamPath("/chat/room 1"); // "_chat_room~201"
 * ```
 */
export async function encodeStreamPath(path: string): Promise<string> {
  if (!path.isWellFormed()) {
    throw new InvalidRequestError({ parameter: "path" }, { detail: "The path holds half a surrogate pair" });
  }
  const utf8 = encoder.encode(path);
  const plain = encodePlain(utf8);
  if (plain !== null) return plain;
  return HASH_PREFIX + hex(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8)));
}

/**
 * Turns a key back into the path it was made from.
 *
 * @param encoded A key from {@link encodeStreamPath}.
 * @returns The path, or `null` when the key is a hash, or a string that {@link encodeStreamPath} never writes.
 *
 * @example
 * ```ts
 * decodeStreamPath("_chat_room~201"); // "/chat/room 1"
 * ```
 */
export function decodeStreamPath(encoded: string): string | null {
  if (encoded === EMPTY_PATH) return "";
  if (!PLAIN.test(encoded)) return null;
  const path = decodePlain(encoded);
  // `~61` would read as "a" too; only the one spelling that is written counts.
  return path !== null && encodePlain(encoder.encode(path)) === encoded ? path : null;
}
