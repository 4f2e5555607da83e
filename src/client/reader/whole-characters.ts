const NONE = new Uint8Array(0);

/** How many bytes at the end begin a character without ending it: 0 to 3. */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/**
 * Cuts UTF-8 between characters. The bytes may arrive cut anywhere; what begins a character waits for the rest of it.
 *
 * @example
 * ```ts
 * const characters = new WholeCharacters();
 * characters.push(Uint8Array.of(0x61, 0xc3)); // the byte of "a"
 * characters.push(Uint8Array.of(0xa4)); // both bytes of "ä"
 * ```
 */
export class WholeCharacters {
  #held = NONE;

  /** How many bytes wait. */
  get held(): number {
    return this.#held.length;
  }

  /** Takes bytes. @returns Those that end with a whole character, the ones that waited in front. */
  push(bytes: Uint8Array): Uint8Array {
    let whole = bytes;
    if (this.#held.length > 0) {
      whole = new Uint8Array(this.#held.length + bytes.length);
      whole.set(this.#held);
      whole.set(bytes, this.#held.length);
    }
    const end = whole.length - unfinishedBytes(whole);
    this.#held = whole.slice(end);
    return whole.subarray(0, end);
  }

  /** What waits for a rest that will never come. */
  flush(): Uint8Array {
    const held = this.#held;
    this.#held = NONE;
    return held;
  }
}
