/**
 * Joins runs of bytes.
 *
 * @param parts What to join, in order.
 * @param separator A byte to put before each part and behind the last one; none unless given.
 */
export function concat(parts: readonly Uint8Array[], separator?: number): Uint8Array<ArrayBuffer> {
  const gap = separator === undefined ? 0 : 1;
  const joined = new Uint8Array(parts.reduce((size, part) => size + gap + part.length, gap));
  let at = gap;
  for (const part of parts) {
    if (separator !== undefined) joined[at - gap] = separator;
    joined.set(part, at);
    at += part.length + gap;
  }
  return joined;
}
