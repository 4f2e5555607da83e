import { InvalidJsonError } from "../errors/request-errors.ts";
import { BACKSLASH, CLOSE_ARRAY, CLOSE_OBJECT, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from "./bytes.ts";
import { Nesting } from "./nesting.ts";
import { findInvalidUtf8 } from "./utf8.ts";

const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_CASE = 0x20;
const LOWER_E = 0x65;
const LOWER_U = 0x75;

/** The kinds of byte inside a string that are not simply text. */
const STRING_SPECIAL = new Uint8Array(256);
STRING_SPECIAL.fill(1, 0, 0x20);
STRING_SPECIAL.fill(1, 0x80);
STRING_SPECIAL[QUOTE] = 1;
STRING_SPECIAL[BACKSLASH] = 1;

/** The bytes that may follow a backslash, `u` apart. */
const SIMPLE_ESCAPE = new Uint8Array(256);
for (const character of '"\\/bfnrt') SIMPLE_ESCAPE[character.charCodeAt(0)] = 1;

const LITERALS: ReadonlyMap<number, readonly number[]> = new Map(
  ["true", "false", "null"].map((word) => [word.charCodeAt(0), [...word].map((letter) => letter.charCodeAt(0))]),
);

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isHexDigit(byte: number): boolean {
  if (isDigit(byte)) return true;
  const letter = byte | LOWER_CASE;
  return letter >= 0x61 && letter <= 0x66;
}

/**
 * Reads JSON values from bytes, strictly and in one pass, building nothing.
 *
 * It accepts what `JSON.parse` accepts after a strict UTF-8 decoding, and nothing else: no byte order mark, no invalid
 * UTF-8 in strings, no trailing commas. Time is linear; memory is one bit for each level of nesting.
 */
export class JsonScanner {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #nesting = new Nesting();
  #knownUtf8 = false;

  /** @param bytes The JSON text. Bytes behind the scanner may be overwritten while it goes on. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /**
   * Skips JSON's white space.
   *
   * @param from Where to start.
   * @returns The position of the first byte that is not white space, or the length.
   */
  space(from: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = from;
    while (at < end) {
      const byte = bytes[at] ?? 0;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      at += 1;
    }
    return at;
  }

  /**
   * Reads one whole value.
   *
   * @param from The position of its first byte.
   * @returns The position just after it.
   * @throws InvalidJsonError with the position at which it stops being JSON.
   */
  value(from: number): number {
    const nesting = this.#nesting;
    nesting.clear();
    let inObject = false;
    let at = from;
    for (;;) {
      const byte = this.#byte(at);
      if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
        const isObject = byte === OPEN_OBJECT;
        at = this.space(at + 1);
        if (this.#byte(at) !== (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
          nesting.push(isObject);
          inObject = isObject;
          if (isObject) at = this.#key(at);
          continue;
        }
        at += 1;
      } else {
        at = this.#scalar(at, byte);
      }
      // A value has ended: close every container that ends with it, up to the next comma.
      for (;;) {
        if (nesting.depth === 0) return at;
        at = this.space(at);
        const next = this.#byte(at);
        if (next === COMMA) {
          at = this.space(at + 1);
          if (inObject) at = this.#key(at);
          break;
        }
        if (next !== (inObject ? CLOSE_OBJECT : CLOSE_ARRAY)) this.fail(at, inObject ? "',' or '}'" : "',' or ']'");
        at += 1;
        inObject = nesting.pop();
      }
    }
  }

  /**
   * Refuses the text.
   *
   * @param at Where it stops being JSON.
   * @param expected What could have stood there.
   * @throws InvalidJsonError always.
   */
  fail(at: number, expected: string): never {
    const where = at < this.#end ? `at byte ${at}` : "at the end";
    throw new InvalidJsonError({ position: at }, { detail: `Invalid JSON: expected ${expected} ${where}` });
  }

  /** The byte at a position, 0 behind the end: no JSON token starts with it. */
  #byte(at: number): number {
    return at < this.#end ? (this.#bytes[at] ?? 0) : 0;
  }

  #key(from: number): number {
    if (this.#byte(from) !== QUOTE) this.fail(from, "a string as key");
    const colon = this.space(this.#string(from));
    if (this.#byte(colon) !== COLON) this.fail(colon, "':'");
    return this.space(colon + 1);
  }

  #scalar(at: number, byte: number): number {
    if (byte === QUOTE) return this.#string(at);
    if (byte === MINUS || isDigit(byte)) return this.#number(at, byte);
    return this.#literal(at, byte);
  }

  #literal(from: number, byte: number): number {
    const word = LITERALS.get(byte);
    if (word === undefined) this.fail(from, "a value");
    let at = from;
    for (const letter of word) {
      if (this.#byte(at) !== letter) this.fail(at, "'true', 'false' or 'null'");
      at += 1;
    }
    return at;
  }

  #number(from: number, byte: number): number {
    let at = byte === MINUS ? from + 1 : from;
    at = this.#byte(at) === ZERO ? at + 1 : this.#digits(at);
    let next = this.#byte(at);
    if (next === POINT) {
      at = this.#digits(at + 1);
      next = this.#byte(at);
    }
    if ((next | LOWER_CASE) !== LOWER_E) return at;
    const sign = this.#byte(at + 1);
    return this.#digits(sign === PLUS || sign === MINUS ? at + 2 : at + 1);
  }

  #digits(from: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = from;
    while (at < end && isDigit(bytes[at] ?? 0)) at += 1;
    if (at === from) this.fail(at, "a digit");
    return at;
  }

  #string(from: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = from + 1;
    while (at < end) {
      const byte = bytes[at] ?? 0;
      if (STRING_SPECIAL[byte] === 0) at += 1;
      else if (byte === QUOTE) return at + 1;
      else if (byte === BACKSLASH) at = this.#escape(at + 1);
      else if (byte < 0x20) this.fail(at, "no control character in a string");
      else {
        if (!this.#knownUtf8) this.#requireUtf8(at);
        at += 1;
      }
    }
    return this.fail(end, "the end of the string");
  }

  #escape(from: number): number {
    const byte = this.#byte(from);
    if (SIMPLE_ESCAPE[byte] === 1) return from + 1;
    if (byte !== LOWER_U) this.fail(from, "an escape");
    for (let at = from + 1; at < from + 5; at += 1) {
      if (!isHexDigit(this.#byte(at))) this.fail(at, "four hex digits");
    }
    return from + 5;
  }

  /** Checks all that is left at the first byte that is not ASCII, while none of it can have been overwritten. */
  #requireUtf8(from: number): void {
    const invalid = findInvalidUtf8(this.#bytes, from);
    if (invalid !== -1) this.fail(invalid, "UTF-8");
    this.#knownUtf8 = true;
  }
}
