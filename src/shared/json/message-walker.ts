import { BACKSLASH, COMMA, QUOTE } from "./bytes.ts";

/** Makes `[` and `{`, and likewise `]` and `}`, one character. */
const FOLD_BRACKETS = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Walks over stored JSON, `message,message,`, and finds where messages end.
 *
 * The bytes may be cut anywhere: the walker carries its state (depth, inside a string, after a backslash) from one call
 * to the next. It trusts what was validated when it was stored, and must start at a message boundary.
 *
 * @example
 * ```ts
 * const walker = new MessageWalker();
 * for (const chunk of chunks) walker.scan(chunk, 0, chunk.length);
 * walker.messages; // how many messages the chunks hold
 * ```
 */
export class MessageWalker {
  #messages = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #atBoundary = true;

  /** How many messages have ended so far, over all calls. */
  get messages(): number {
    return this.#messages;
  }

  /** Whether the last byte walked over ended a message, or none has been walked over yet. */
  get atBoundary(): boolean {
    return this.#atBoundary;
  }

  /**
   * Walks on.
   *
   * @param bytes Stored bytes that go on where the last call stopped.
   * @param from The first byte to walk over.
   * @param to Where to stop, at most the length of `bytes`.
   * @param max How many messages may end before it stops; no limit unless given.
   * @returns The position just after the separator of the last message that ended, or -1 when none did. After `max`
   * messages the walk has stopped exactly there and the next call goes on from it; otherwise it has reached `to`.
   */
  scan(bytes: Uint8Array, from: number, to: number, max: number = Number.POSITIVE_INFINITY): number {
    if (max <= 0 || from >= to) return -1;
    let depth = this.#depth;
    let inString = this.#inString;
    let ended = 0;
    let boundary = -1;
    let at = from;
    if (this.#escaped) {
      at += 1;
      this.#escaped = false;
    }
    while (at < to) {
      if (inString) {
        while (at < to && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at += 1;
        if (at >= to) break;
        if (bytes[at] === BACKSLASH) {
          at += 2;
        } else {
          inString = false;
          at += 1;
        }
        continue;
      }
      const byte = bytes[at] ?? 0;
      at += 1;
      if (byte === COMMA) {
        if (depth > 0) continue;
        boundary = at;
        ended += 1;
        if (ended >= max) break;
      } else if (byte === QUOTE) {
        inString = true;
      } else {
        const folded = byte | FOLD_BRACKETS;
        if (folded === OPEN) depth += 1;
        else if (folded === CLOSE) depth -= 1;
      }
    }
    // Only a skipped escape can overshoot: its second byte is the first of the next call.
    if (at > to) this.#escaped = true;
    this.#depth = depth;
    this.#inString = inString;
    this.#messages += ended;
    this.#atBoundary = boundary === at;
    return boundary;
  }
}
