/** Long enough for a screen reader to say one thing before it is given the next. */
const PAUSE_MS = 3_000;

/** Tells a screen reader of messages: the first at once, and then only how many there were, whatever comes meanwhile. */
export class Announcer {
  readonly #region: HTMLElement;
  #waiting = 0;
  #last = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param region A polite live region, in sight of screen readers alone. */
  constructor(region: HTMLElement) {
    this.#region = region;
  }

  /**
   * Says that messages have arrived.
   *
   * @param count How many.
   * @param last The last of them.
   */
  announce(count: number, last: string): void {
    this.#waiting += count;
    this.#last = last;
    if (this.#timer === undefined) this.#say();
  }

  /** Says nothing more of what has arrived. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = 0;
  }

  #say(): void {
    this.#timer = undefined;
    if (this.#waiting === 0) return;
    this.#region.textContent =
      this.#waiting === 1 ? this.#last.slice(0, 200) : `${this.#waiting.toLocaleString("en")} new messages`;
    this.#waiting = 0;
    this.#timer = setTimeout(() => this.#say(), PAUSE_MS);
  }
}
