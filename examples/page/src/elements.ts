/** Finds a part of the page, once and typed. */
function find<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`The page has no ${type.name} #${id}`);
}

export const opener = find("opener", HTMLFormElement);
export const name = find("name", HTMLInputElement);
export const contentType = find("content-type", HTMLSelectElement);
export const notice = find("notice", HTMLElement);
export const noticeText = find("notice-text", HTMLElement);
export const discard = find("discard", HTMLButtonElement);
export const dismiss = find("dismiss", HTMLButtonElement);
export const welcome = find("welcome", HTMLElement);
export const stream = find("stream", HTMLElement);
export const title = find("title", HTMLElement);
export const state = find("state", HTMLElement);
export const anotherTab = find("another-tab", HTMLAnchorElement);
export const plug = find("plug", HTMLButtonElement);
export const fork = find("fork", HTMLButtonElement);
export const close = find("close", HTMLButtonElement);
export const remove = find("delete", HTMLButtonElement);
export const facts = {
  type: find("fact-type", HTMLElement),
  countLabel: find("fact-count-label", HTMLElement),
  count: find("fact-count", HTMLElement),
  caughtUp: find("fact-caught-up", HTMLElement),
  closed: find("fact-closed", HTMLElement),
  cursor: find("fact-cursor", HTMLElement),
  unsent: find("fact-unsent", HTMLElement),
  position: find("fact-position", HTMLElement),
};
export const log = find("log", HTMLElement);
export const logNote = find("log-note", HTMLElement);
export const entries = find("entries", HTMLElement);
export const announcements = find("announcements", HTMLElement);
export const composer = find("composer", HTMLFormElement);
export const message = find("message", HTMLTextAreaElement);
export const hint = find("hint", HTMLElement);
export const waiting = find("waiting", HTMLElement);
export const over = find("over", HTMLElement);
export const curl = find("curl", HTMLElement);
export const ask = {
  dialog: find("ask", HTMLDialogElement),
  title: find("ask-title", HTMLElement),
  text: find("ask-text", HTMLElement),
  field: find("ask-field", HTMLElement),
  name: find("ask-name", HTMLInputElement),
  yes: find("ask-yes", HTMLButtonElement),
};
