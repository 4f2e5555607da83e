import { createHash } from "node:crypto";

/** What a stream is made of: numbered messages, all of one size. */
export interface Load {
  /** How many. */
  readonly count: number;
  /** Size of each as it is stored, its comma included, in bytes. */
  readonly bytes: number;
}

/** A message. */
export interface Message {
  /** Its place in the stream, from 0. */
  readonly id: number;
  readonly text: string;
}

const WORDS = "The quick brown fox jumps over the lazy dog. ";
const COMMA_BYTES = 1;

/**
 * Makes messages.
 *
 * @param load How many and how large.
 * @param first Number of the first.
 * @param count How many of them; all unless given.
 */
export function messagesOf({ count: total, bytes }: Load, first = 0, count = total): Message[] {
  const filler = WORDS.repeat(Math.ceil(bytes / WORDS.length));
  return Array.from({ length: count }, (_, index) => {
    const id = first + index;
    const empty = JSON.stringify({ id, text: "" }).length + COMMA_BYTES;
    return { id, text: filler.slice(0, bytes - empty) };
  });
}

/** Messages in their stored form: each with a comma behind it. */
export function storedForm(messages: readonly unknown[]): Buffer {
  return Buffer.from(messages.map((message) => `${JSON.stringify(message)},`).join(""));
}

/** SHA-256 in hex of messages in their stored form, taken one by one. */
export class MessageDigest {
  readonly #hash = createHash("sha256");

  /** Takes a message in. */
  add(message: unknown): void {
    this.#hash.update(`${JSON.stringify(message)},`);
  }

  /** The SHA-256. Call it once. */
  finish(): string {
    return this.#hash.digest("hex");
  }
}
