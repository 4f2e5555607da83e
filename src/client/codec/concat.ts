const COMMA = 0x2c;

/**
 * Joins runs of bytes.
 *
 * @param parts What to join, in order.
 * @param commas How many commas to put before each part, and behind the last one.
 */
export function concat(parts: readonly Uint8Array[], commas = 0): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((size, { length }) => size + length + commas, commas)).fill(COMMA);
  let at = commas;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length + commas;
  }
  return joined;
}
