/** How many entries are kept: what a screen reader and a scroll bar can bear, whatever the stream holds. */
const KEPT = 500;
/** How much of one entry is kept, in UTF-16 units. */
const KEPT_LENGTH = 4_000;

/** One message, one line of a text stream, or one row of bytes. Never changed in place. */
export interface Entry {
  /** 1 for the first of the stream. */
  readonly number: number;
  /** What is shown of it. */
  readonly text: string;
  /** Who or what it is from; shown before it. */
  readonly label: string;
  /** What is not shown, in words; empty when everything is. */
  readonly note: string;
}

/** A log as plain JSON, to be kept between loads of the page. */
export interface SavedLog {
  readonly count: number;
  readonly isOpen: boolean;
  readonly entries: readonly Entry[];
}

/** What the page shows of a stream: the last entries, and how many there were. Knows nothing of the page. */
export class Log {
  #count: number;
  #entries: Entry[];
  /** Whether the last entry may still grow. */
  #isOpen: boolean;

  constructor(saved?: SavedLog) {
    this.#count = saved?.count ?? 0;
    this.#entries = [...(saved?.entries ?? [])];
    this.#isOpen = saved?.isOpen ?? false;
  }

  /** How many entries there were, the ones no longer kept included. */
  get count(): number {
    return this.#count;
  }

  /** The last entries, oldest first. */
  get shown(): readonly Entry[] {
    return this.#entries.slice(-KEPT);
  }

  /** The last entry. */
  get last(): Entry | undefined {
    return this.#entries.at(-1);
  }

  /** The last entry while it may still grow. */
  get open(): Entry | undefined {
    return this.#isOpen ? this.last : undefined;
  }

  /** Adds a whole entry. */
  add(text: string, label = ""): void {
    this.#count += 1;
    this.#entries.push(cut({ number: this.#count, text, label, note: "" }));
    // Not one by one: that would move all the others each time.
    if (this.#entries.length >= 2 * KEPT) this.#entries.splice(0, this.#entries.length - KEPT);
    this.#isOpen = false;
  }

  /** Adds text to the last entry while that is open, else begins one. No text begins nothing. */
  extend(text: string): void {
    const { open } = this;
    if (open !== undefined) {
      this.#entries[this.#entries.length - 1] = cut({ ...open, text: open.text + text });
    } else if (text !== "") {
      this.add(text);
      this.#isOpen = true;
    }
  }

  /** Ends the last entry; when it has ended already, adds an empty one. */
  end(): void {
    if (!this.#isOpen) this.add("");
    this.#isOpen = false;
  }

  /** The log as it is now. */
  save(): SavedLog {
    return { count: this.#count, isOpen: this.#isOpen, entries: this.shown };
  }
}

function cut(entry: Entry): Entry {
  if (entry.text.length <= KEPT_LENGTH) return entry;
  return { ...entry, text: entry.text.slice(0, KEPT_LENGTH), note: "longer than shown here" };
}
