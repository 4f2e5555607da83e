// The parts of the page that the script works with, found once and typed.

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function find(id, type) {
  const element = document.getElementById(id);
  if (element instanceof type) {
    return element;
  }
  throw new Error(`The page has no ${type.name} #${id}`);
}

export const opener = find("opener", HTMLFormElement);
export const name = find("name", HTMLInputElement);
export const contentType = find("content-type", HTMLSelectElement);
export const notice = find("notice", HTMLElement);
export const stream = find("stream", HTMLElement);
export const title = find("title", HTMLElement);
export const state = find("state", HTMLElement);
export const anotherTab = find("another-tab", HTMLAnchorElement);
export const close = find("close", HTMLButtonElement);
export const facts = {
  type: find("fact-type", HTMLElement),
  countLabel: find("fact-count-label", HTMLElement),
  count: find("fact-count", HTMLElement),
  upToDate: find("fact-up-to-date", HTMLElement),
  closed: find("fact-closed", HTMLElement),
  cursor: find("fact-cursor", HTMLElement),
  offset: find("fact-offset", HTMLElement),
};
export const log = find("log", HTMLElement);
export const logNote = find("log-note", HTMLElement);
export const entries = find("entries", HTMLElement);
export const composer = find("composer", HTMLFormElement);
export const message = find("message", HTMLTextAreaElement);
export const hint = find("hint", HTMLElement);
export const curl = find("curl", HTMLElement);
