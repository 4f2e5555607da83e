// Draws a log. Everything that came out of a stream is set as text, never as markup.

/** The drawing of one log. */
export class LogView {
  #pane;
  #list;
  #note;
  /** @type {import("./log.js").Log | undefined} */
  #log;
  /** @type {Map<import("./log.js").Entry, HTMLLIElement>} */
  #drawn = new Map();
  #scheduled = false;

  /**
   * @param {HTMLElement} pane - What scrolls.
   * @param {HTMLElement} list - Where the entries go.
   * @param {HTMLElement} note - For what stands above them.
   */
  constructor(pane, list, note) {
    this.#pane = pane;
    this.#list = list;
    this.#note = note;
  }

  /**
   * Shows a log as it is now. Many calls between two frames draw once.
   *
   * @param {import("./log.js").Log} log
   */
  show(log) {
    this.#log = log;
    if (!this.#scheduled) {
      this.#scheduled = true;
      requestAnimationFrame(() => {
        this.#scheduled = false;
        this.#draw();
      });
    }
  }

  #draw() {
    const shown = this.#log?.shown ?? [];
    const hidden = (this.#log?.count ?? 0) - shown.length;
    // Whoever scrolled up to read is left there.
    const { scrollTop, clientHeight, scrollHeight } = this.#pane;
    const follows = scrollTop + clientHeight >= scrollHeight - 24;

    // An entry is never changed in place, so one that was drawn is drawn.
    const items = new Map(shown.map((entry) => [entry, this.#drawn.get(entry) ?? drawEntry(entry)]));
    for (const [entry, item] of this.#drawn) {
      if (!items.has(entry)) {
        item.remove();
      }
    }
    this.#list.append(...[...items].filter(([entry]) => !this.#drawn.has(entry)).map(([, item]) => item));
    this.#drawn = items;

    this.#note.hidden = shown.length > 0 && hidden === 0;
    this.#note.textContent =
      hidden > 0
        ? `${hidden.toLocaleString("en")} earlier ones are not shown`
        : "Nothing here yet. Append something, or wait for others to.";
    if (follows) {
      this.#pane.scrollTop = this.#pane.scrollHeight;
    }
  }
}

/** @param {import("./log.js").Entry} entry */
function drawEntry({ number, text, note }) {
  const item = document.createElement("li");
  const label = document.createElement("span");
  label.className = "number";
  label.textContent = number.toLocaleString("en");
  const body = document.createElement("span");
  body.className = "text";
  body.textContent = text;
  item.append(label, body);
  if (note !== "") {
    const small = document.createElement("small");
    small.textContent = note;
    item.append(small);
  }
  return item;
}
