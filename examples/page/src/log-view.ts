import type { Entry, Log } from "./log.ts";

/** Draws a log. Everything that came out of a stream is set as text, never as markup. */
export class LogView {
  readonly #pane: HTMLElement;
  readonly #list: HTMLElement;
  readonly #note: HTMLElement;
  #log: Log | undefined;
  #emptyNote = "";
  #resumedAfter = 0;
  #drawn = new Map<Entry, HTMLLIElement>();
  #isScheduled = false;

  /**
   * @param pane What scrolls.
   * @param list Where the entries go.
   * @param note For what stands above them.
   */
  constructor(pane: HTMLElement, list: HTMLElement, note: HTMLElement) {
    this.#pane = pane;
    this.#list = list;
    this.#note = note;
  }

  /**
   * Shows another log from now on.
   *
   * @param log What to show, now and after each {@link LogView.refresh}.
   * @param emptyNote What stands there while it is empty.
   */
  open(log: Log, emptyNote: string): void {
    this.#log = log;
    this.#emptyNote = emptyNote;
    // Behind what an earlier load of the page has read, a line says that this load went on there.
    this.#resumedAfter = log.count;
    this.#drawn = new Map();
    this.#list.replaceChildren();
    this.refresh();
  }

  /** Shows the log as it is now. Many calls between two frames draw once. */
  refresh(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.#draw();
    });
  }

  #draw(): void {
    const shown = this.#log?.shown ?? [];
    const hidden = (this.#log?.count ?? 0) - shown.length;
    // Whoever scrolled up to read is left there.
    const { scrollTop, clientHeight, scrollHeight } = this.#pane;
    const follows = scrollTop + clientHeight >= scrollHeight - 24;

    // An entry is never changed in place, so one that was drawn is drawn.
    const items = new Map(shown.map((entry) => [entry, this.#drawn.get(entry) ?? this.#drawEntry(entry)]));
    for (const [entry, item] of this.#drawn) {
      if (!items.has(entry)) item.remove();
    }
    this.#list.append(...[...items].filter(([entry]) => !this.#drawn.has(entry)).map(([, item]) => item));
    this.#drawn = items;

    this.#note.hidden = shown.length > 0 && hidden === 0;
    this.#note.textContent = hidden > 0 ? `${hidden.toLocaleString("en")} earlier ones are not shown` : this.#emptyNote;
    if (follows) this.#pane.scrollTop = this.#pane.scrollHeight;
  }

  #drawEntry({ number, text, label, note }: Entry): HTMLLIElement {
    const item = document.createElement("li");
    item.classList.toggle("resumed", this.#resumedAfter > 0 && number === this.#resumedAfter + 1);
    item.append(span("number", number.toLocaleString("en")));
    const body = span("text", text);
    if (label !== "") body.prepend(span("label", label), " ");
    item.append(body);
    if (note !== "") item.append(span("note", note));
    return item;
  }
}

function span(className: string, text: string): HTMLSpanElement {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}
