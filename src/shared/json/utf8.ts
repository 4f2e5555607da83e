/** Bytes decoded at a time: the text is thrown away, so only one piece of it may exist. */
const PIECE_BYTES = 65_536;

const MAX_CHARACTER_BYTES = 4;

function strictDecoder(): TextDecoder {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
}

/**
 * Finds where bytes stop being UTF-8 (surrogates, overlong forms and cut characters are not).
 *
 * @param bytes Any bytes.
 * @param from Where to start; the start of a character.
 * @returns -1 when all is well, otherwise the position of the character that is not UTF-8.
 */
export function findInvalidUtf8(bytes: Uint8Array, from: number): number {
  const decoder = strictDecoder();
  for (let at = from; at < bytes.length; at += PIECE_BYTES) {
    const end = Math.min(at + PIECE_BYTES, bytes.length);
    try {
      decoder.decode(bytes.subarray(at, end), { stream: end < bytes.length });
    } catch {
      return locate(bytes, Math.max(from, at - MAX_CHARACTER_BYTES), end);
    }
  }
  return -1;
}

/** The first bad character of a piece known to hold one; it may have begun just before the piece. */
function locate(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at > 0 && isContinuation(bytes[at])) at -= 1;
  while (at < to) {
    const length = characterLength(bytes[at] ?? 0);
    if (!isCharacter(bytes.subarray(at, at + length), length)) return at;
    at += length;
  }
  return at;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function characterLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

function isCharacter(character: Uint8Array, length: number): boolean {
  const lead = character[0] ?? 0;
  if (length === 1) return lead < 0x80;
  try {
    strictDecoder().decode(character);
    return character.length === length;
  } catch {
    return false;
  }
}
