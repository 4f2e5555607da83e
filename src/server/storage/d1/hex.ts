/**
 * Bytes as text, the way D1 gets and returns them here. D1 carries a blob as a list of decimal numbers, which takes
 * twice the room of hexadecimal digits and, measured over whole chunks, five to nine times as long.
 */
export function toHex(bytes: Uint8Array): string {
  const native: unknown = Reflect.get(bytes, "toHex");
  if (typeof native === "function") return String(Reflect.apply(native, bytes, []));
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** The bytes that {@link toHex}, or SQLite's `hex`, wrote. */
export function fromHex(text: string): Uint8Array {
  const native: unknown = Reflect.get(Uint8Array, "fromHex");
  if (typeof native === "function") {
    const bytes: unknown = Reflect.apply(native, Uint8Array, [text]);
    if (bytes instanceof Uint8Array) return bytes;
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}
