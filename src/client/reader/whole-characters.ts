import { concat } from "../codec/concat.ts";

const NONE = new Uint8Array(0);

/** How many bytes at the end begin a character without ending it: 0 to 3. */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back < 4; back++) {
    const byte = bytes.at(-back) ?? 0;
    if (byte >> 6 === 2) continue;
    const length = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
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
  #held: Uint8Array = NONE;

  /** How many bytes wait. */
  get held(): number {
    return this.#held.length;
  }

  /** Takes bytes. @returns Those that end with a whole character, the ones that waited in front. */
  push(bytes: Uint8Array): Uint8Array {
    const whole = this.held > 0 ? concat([this.#held, bytes]) : bytes;
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
