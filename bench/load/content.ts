/** Length of a message as it is stored, its comma included, in bytes. */
export const MESSAGE_BYTES = 1000;

const FILLER = "The quick brown fox jumps over the lazy dog. ".repeat(30);
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
/** Odd, so that it walks through all 32-bit numbers. */
const WEYL_STEP = 0x9e3779b1;

/**
 * JSON messages of {@link MESSAGE_BYTES} each, numbered, in their stored form.
 *
 * @param first Number of the first.
 * @param count How many.
 */
export function storedMessages(first: number, count: number): Buffer {
  const messages = Array.from({ length: count }, (_, index) => {
    const head = `{"id":${first + index},"text":"`;
    return `${head}${FILLER.slice(0, MESSAGE_BYTES - head.length - 3)}"},`;
  });
  return Buffer.from(messages.join(""));
}

/** The request body that appends messages given in their stored form: one array. */
export function arrayBody(stored: Uint8Array): Uint8Array {
  const body = new Uint8Array(stored.length + 1);
  body[0] = OPEN_BRACKET;
  body.set(stored, 1);
  body[stored.length] = CLOSE_BRACKET;
  return body;
}

/**
 * Bytes that look random and are the same in every run.
 *
 * @param seed Chooses among them.
 * @param length How many; a multiple of 4.
 */
export function noise(seed: number, length: number): Uint8Array {
  const words = new Uint32Array(length / 4);
  let state = seed;
  for (let index = 0; index < words.length; index += 1) {
    state = (state + WEYL_STEP) | 0;
    words[index] = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
  }
  return new Uint8Array(words.buffer);
}

/**
 * `open`, then `unit` as often as it fits, then `close`.
 *
 * @param length Length of the whole in bytes, at most. All three are ASCII.
 */
export function repeated(open: string, unit: string, close: string, length: number): Uint8Array {
  const times = Math.floor((length - open.length - close.length) / unit.length);
  const body = Buffer.alloc(open.length + times * unit.length + close.length, unit);
  body.fill(unit, open.length, body.length - close.length);
  body.write(open, 0, "latin1");
  body.write(close, body.length - close.length, "latin1");
  return body;
}
