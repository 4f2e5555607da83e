// What the page shows of a stream: the last entries and how many there were. Knows nothing of the page.

/** How many entries are kept. */
const KEPT = 500;
/** How much of one entry is kept, in UTF-16 units. */
const KEPT_LENGTH = 4_000;

/**
 * One message, or one line of a text stream.
 *
 * @typedef {object} Entry
 * @property {number} number - 1 for the first of the stream.
 * @property {string} text - What is shown of it.
 * @property {string} note - What is not, in words; empty when everything is.
 *
 * A log as plain JSON, to be kept between reloads.
 *
 * @typedef {object} SavedLog
 * @property {number} count
 * @property {boolean} open
 * @property {Entry[]} entries
 */

/** A bounded log. */
export class Log {
  /** How many entries there were, the ones no longer kept included. */
  count = 0;
  /** The last ones, oldest first. @type {Entry[]} */
  entries = [];
  /** Whether the last entry may still grow. */
  #open = false;

  /** @param {SavedLog} [saved] */
  constructor(saved) {
    if (saved !== undefined) {
      this.count = saved.count;
      this.entries = saved.entries;
      this.#open = saved.open;
    }
  }

  /**
   * Adds a whole entry.
   *
   * @param {string} text
   * @param {string} [note]
   */
  add(text, note = "") {
    this.count += 1;
    this.entries.push(cut({ number: this.count, text, note }));
    // Not one by one: that would move all the others each time.
    if (this.entries.length >= 2 * KEPT) {
      this.entries.splice(0, this.entries.length - KEPT);
    }
    this.#open = false;
  }

  /**
   * Adds text to the last entry when it is still open, else begins one. Nothing begins with no text.
   *
   * @param {string} text
   */
  extend(text) {
    const last = this.entries.at(-1);
    if (this.#open && last !== undefined) {
      this.entries[this.entries.length - 1] = cut({ ...last, text: last.text + text });
    } else if (text !== "") {
      this.add(text);
      this.#open = true;
    }
  }

  /** Ends the last entry; when it has ended already, this one is empty. */
  end() {
    if (!this.#open) {
      this.add("");
    }
    this.#open = false;
  }

  /** The entries that the page shows. */
  get shown() {
    return this.entries.slice(-KEPT);
  }

  /** @returns {SavedLog} */
  save() {
    return { count: this.count, open: this.#open, entries: this.shown };
  }
}

/**
 * @param {Entry} entry
 * @returns {Entry}
 */
function cut(entry) {
  if (entry.text.length <= KEPT_LENGTH) {
    return entry;
  }
  return { ...entry, text: entry.text.slice(0, KEPT_LENGTH), note: "longer than shown here" };
}
