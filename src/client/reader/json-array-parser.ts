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
const BLANKS = " \t\n\r";

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
  /** Whether anything but blanks has arrived. */
  isOpened = false;
  /** Whether the array has ended, and with it the last message. */
  isClosed = false;
  #hasMessages = false;
  /** Brackets open, the array's own included. */
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** What has arrived of the message that has begun. */
  #begun = "";
  /** Characters taken before the text at hand. */
  #taken = 0;

  /**
   * Takes more text, cut anywhere.
   *
   * @param messages Where the messages go that it completed, without blanks around them; also those before an error.
   * @throws MalformedResponseError when the text is no array; it names the character, counted from 0.
   */
  push(text: string, messages: string[]): void {
    if (text === "") return;
    let depth = this.#depth;
    let start = 0;
    let at = this.#inString ? this.#behindString(text, 0) : 0;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      at += 1;
      if (depth === 0) {
        if (BLANKS.includes(text.charAt(at - 1))) continue;
        if (this.isOpened || code !== OPEN_ARRAY) this.#fail(at - 1);
        this.isOpened = true;
        depth = 1;
        start = at;
      } else if (code === QUOTE) {
        at = this.#behindString(text, at);
      } else if (code === COMMA) {
        if (depth > 1) continue;
        this.#end(text, start, at - 1, messages);
        start = at;
      } else {
        const folded = code | FOLD_BRACKETS;
        if (folded === OPEN) depth += 1;
        else if (folded === CLOSE) depth -= 1;
        if (depth > 0) continue;
        if (code !== CLOSE_ARRAY) this.#fail(at - 1);
        this.#end(text, start, at - 1, messages, !this.#hasMessages);
        this.isClosed = true;
      }
    }
    this.#depth = depth;
    this.#taken += text.length;
    if (depth > 0) this.#begun += text.slice(start);
  }

  /**
   * Ends the text.
   *
   * @throws MalformedResponseError when the array is not at its end, or was none.
   */
  end(): void {
    if (!this.isClosed) this.#fail(0, "ends too early");
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
    this.#escaped = this.#inString && isEscaped(text, content, text.length);
    return this.#inString ? text.length : quote + 1;
  }

  #end(text: string, start: number, end: number, messages: string[], mayBeEmpty = false): void {
    const message = (this.#begun + text.slice(start, end)).trim();
    this.#begun = "";
    if (message === "" && mayBeEmpty) return;
    if (message === "") this.#fail(end);
    this.#hasMessages = true;
    messages.push(message);
  }

  #fail(at: number, what = "is broken"): never {
    throw new MalformedResponseError({ detail: `The JSON array ${what}, at character ${this.#taken + at}` });
  }
}
