// What a reload needs to go on where the page was: the log and the position after it, kept together, per tab.

/**
 * @typedef {object} Saved
 * @property {string} id - Identity of the stream that this is about.
 * @property {import("./tail.js").Position} position
 * @property {import("./log.js").SavedLog} log - Everything up to that position.
 */

const PREFIX = "durable-cf-streams:";

/**
 * @param {string} url - Of the stream.
 * @param {string} id - Its identity now.
 * @returns {Saved | undefined} What was saved, unless it was about another stream at the same URL.
 */
export function restore(url, id) {
  const text = sessionStorage.getItem(PREFIX + url);
  /** @type {Saved | undefined} */
  const saved = text === null ? undefined : JSON.parse(text);
  return saved?.id === id ? saved : undefined;
}

/**
 * @param {string} url
 * @param {Saved} saved
 */
export function save(url, saved) {
  try {
    sessionStorage.setItem(PREFIX + url, JSON.stringify(saved));
  } catch {
    // Too much for the storage: the next load reads from the start, which is slower and no less right.
    sessionStorage.removeItem(PREFIX + url);
  }
}
