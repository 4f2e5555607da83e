/**
 * Number of bytes at the end of `bytes` that begin a UTF-8 sequence without finishing it: 0 to 3. Bytes that are no
 * UTF-8 at all count as finished, so that they are never held back for good.
 *
 * @example
 * ```ts
 * incompleteSuffix(new Uint8Array([0x61, 0xe2, 0x82])); // 2: two thirds of a euro sign
 * ```
 */
export function incompleteSuffix(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 1;
}
