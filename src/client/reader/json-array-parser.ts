import { MalformedResponseError } from "../../shared/errors/client-errors.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
/** Makes `[` and `{`, and likewise `]` and `}`, one character. */
const FOLD_BRACKETS = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const NO_BLANK = /[^ \t\n\r]/;

/** Whether an odd number of backslashes ends before a position, none of them before `from`. */
function isEscaped(text: string, from: number, end: number): boolean {
  let at = end;
  while (at > from && text.charCodeAt(at - 1) === BACKSLASH) at -= 1;
  return (end - at) % 2 === 1;
}

/**
 * Finds the messages of a JSON array, PROTOCOL.md §9.1.5, while its text arrives, and keeps no more than the message
 * that has begun.
 *
 * It knows strings, nesting and separators; whether a message is JSON itself is for whoever parses it.
 *
 * @example
 * ```ts
 * const parser = new JsonArrayParser();
 * const messages: string[] = [];
 * parser.push('[{"a":1},{"b', messages); // messages: '{"a":1}'
 * parser.push('":[2]}]', messages); // messages: '{"a":1}', '{"b":[2]}'
 * parser.end();
 * ```
 */
export class JsonArrayParser {
  #opened = false;
  #closed = false;
  #messages = false;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The parts of the message that has begun; joined once, so that a long message costs no more than its length. */
  #parts: string[] = [];
  /** Characters taken before the text at hand. */
  #taken = 0;

  /** Whether the array has ended, and with it the last message. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Whether anything but blanks has arrived. */
  get isOpened(): boolean {
    return this.#opened;
  }

  /**
   * Takes more text, cut anywhere.
   *
   * @param messages Where the messages go that it completed, without blanks around them; also those before an error.
   * @throws MalformedResponseError when the text is no array; it names the character, counted from 0.
   */
  push(text: string, messages: string[]): void {
    if (text === "") return;
    this.#scan(text, messages);
    this.#taken += text.length;
  }

  /**
   * Ends the text.
   *
   * @throws MalformedResponseError when the array is not at its end, or was none.
   */
  end(): void {
    if (!this.#closed) this.#fail(0, "ends too early");
  }

  #scan(text: string, messages: string[]): void {
    const from = this.#open(text);
    if (from === -1) return;
    let depth = this.#depth;
    let start = from;
    let at = this.#inString ? this.#behindString(text, from) : from;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      at += 1;
      if (code === QUOTE) {
        at = this.#behindString(text, at);
      } else if (code === COMMA) {
        if (depth > 0) continue;
        messages.push(this.#message(text, start, at - 1));
        start = at;
      } else {
        const folded = code | FOLD_BRACKETS;
        if (folded === OPEN) depth += 1;
        else if (folded !== CLOSE) continue;
        else if (depth > 0) depth -= 1;
        else {
          this.#close(text, start, at - 1, messages);
          return;
        }
      }
    }
    this.#depth = depth;
    if (start < text.length) this.#parts.push(text.slice(start));
  }

  /**
   * The position behind the quote that ends a string; the end of the text when the string goes on.
   *
   * Long strings are the bulk of many streams, and the platform finds a character far faster than a loop does.
   *
   * @param from Where the string begins, or goes on.
   */
  #behindString(text: string, from: number): number {
    // The second character of an escape whose first one came before.
    const content = this.#escaped ? from + 1 : from;
    let quote = text.indexOf('"', content);
    while (quote !== -1 && isEscaped(text, content, quote)) quote = text.indexOf('"', quote + 1);
    this.#inString = quote === -1;
    this.#escaped = quote === -1 && isEscaped(text, content, text.length);
    return quote === -1 ? text.length : quote + 1;
  }

  /** The position of the first character inside the array; -1 when the text has none. */
  #open(text: string): number {
    if (this.#closed) return this.#expectNothing(text, 0);
    if (this.#opened) return 0;
    const at = text.search(NO_BLANK);
    if (at === -1) return -1;
    if (text.charCodeAt(at) !== OPEN_ARRAY) this.#fail(at, "does not begin with [");
    this.#opened = true;
    return at + 1;
  }

  #close(text: string, start: number, end: number, messages: string[]): void {
    if (text.charCodeAt(end) !== CLOSE_ARRAY) this.#fail(end, "has a } too many");
    const isEmpty = !this.#messages && !NO_BLANK.test(this.#parts.join("") + text.slice(start, end));
    if (!isEmpty) messages.push(this.#message(text, start, end));
    this.#closed = true;
    this.#expectNothing(text, end + 1);
  }

  #expectNothing(text: string, from: number): -1 {
    const at = text.slice(from).search(NO_BLANK);
    if (at !== -1) this.#fail(from + at, "goes on behind its end");
    return at;
  }

  #message(text: string, start: number, end: number): string {
    let message = text.slice(start, end);
    if (this.#parts.length > 0) {
      message = this.#parts.join("") + message;
      this.#parts = [];
    }
    if (message.charCodeAt(0) <= 0x20 || message.charCodeAt(message.length - 1) <= 0x20) message = message.trim();
    if (message === "") this.#fail(end, "has no message before a separator");
    this.#messages = true;
    return message;
  }

  #fail(at: number, what: string): never {
    throw new MalformedResponseError({ detail: `The JSON array ${what}, at character ${this.#taken + at}` });
  }
}
