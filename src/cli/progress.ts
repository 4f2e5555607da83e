import type { Shell } from "./shell.ts";

/** Nothing is shown of what takes less time, in ms. */
const PATIENCE_MS = 1_000;
/** Time between two looks, in ms. */
const INTERVAL_MS = 200;

/** Goes to the first column and clears the line. */
const CLEAR = "\r\u001b[K";

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** A size for people, such as `12.3 MB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

/** Shows on a terminal how far a long transfer is, on a line that disappears at the end. */
export class Progress {
  readonly #shell: Shell;
  readonly #isShown: boolean;
  readonly #startedAt: number;
  #shownAt = Number.NEGATIVE_INFINITY;
  #messages = 0;
  #bytes = 0;

  /** @param isShown Whether anybody wants to know; never on anything but a terminal. */
  constructor(shell: Shell, isShown: boolean) {
    this.#shell = shell;
    this.#isShown = isShown && shell.isErrorTerminal;
    this.#startedAt = shell.clock.now();
  }

  /** Messages so far; 0 for what is no message to a person, but runs of bytes. */
  get messages(): number {
    return this.#messages;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts what has gone through. */
  add(messages: number, bytes: number): void {
    this.#messages += messages;
    this.#bytes += bytes;
    if (!this.#isShown) return;
    const now = this.#shell.clock.now();
    const elapsed = now - this.#startedAt;
    if (elapsed < PATIENCE_MS || now - this.#shownAt < INTERVAL_MS) return;
    this.#shownAt = now;
    const speed = formatBytes((this.#bytes * 1000) / elapsed);
    const counted = this.#messages > 0 ? ` in ${this.#messages.toLocaleString("en")} messages` : "";
    this.#shell.tell(`${CLEAR}${formatBytes(this.#bytes)}${counted}, ${speed}/s`);
  }

  /** Says something on a line of its own. */
  note(text: string): void {
    this.clear();
    this.#shell.tell(`${text}\n`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shownAt === Number.NEGATIVE_INFINITY) return;
    this.#shell.tell(CLEAR);
    this.#shownAt = Number.NEGATIVE_INFINITY;
  }
}
