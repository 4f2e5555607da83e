import { Announcer } from "./announcer.ts";
import { commands } from "./commands.ts";
import * as page from "./elements.ts";
import { LogView } from "./log-view.ts";
import type { AnySession } from "./session.ts";
import type { Wire } from "./wire.ts";
import { stateOf } from "./words.ts";

/** What the page shows of the stream that is open. */
export class Panel {
  readonly #wire: Wire;
  readonly #view = new LogView(page.log, page.entries, page.logNote);
  readonly #announcer = new Announcer(page.announcements);
  #session: AnySession | undefined;
  #isScheduled = false;

  /** @param wire What the page's requests go through. */
  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Shows a session from now on, or none. */
  show(name: string, session: AnySession | undefined): void {
    this.#session = session;
    this.#announcer.stop();
    page.stream.hidden = session === undefined;
    page.welcome.hidden = session !== undefined;
    document.title = session === undefined ? "durable-cf-streams" : `${name} · durable-cf-streams`;
    if (session === undefined) return;
    page.title.textContent = name;
    page.anotherTab.href = location.href;
    page.message.placeholder = session.placeholder;
    page.facts.type.textContent = session.contentType;
    page.curl.textContent = commands(session.url, session);
    this.#view.open(session.log, "Nothing here yet. Append something below, or wait for others to.");
    this.refresh();
  }

  /** Tells screen readers of new messages. */
  announce(count: number, last: string): void {
    this.#announcer.announce(count, last);
  }

  /** Shows everything as it is now. Many calls between two frames draw once. */
  refresh(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      if (this.#session !== undefined) this.#draw(this.#session);
    });
  }

  #draw({ log, unit, checkpoint, isCaughtUp, status, unsent }: AnySession): void {
    const [one, many] = unit;
    const isClosed = status.type === "closed";
    const { isPlugged } = this.#wire;
    const { look, words } = stateOf(status, isPlugged && navigator.onLine);
    const isOver = look === "over";
    const { offset = "–", index = 0 } = checkpoint ?? {};
    setText(page.facts.countLabel, capitalize(many));
    setText(page.facts.count, log.count.toLocaleString("en"));
    setText(page.facts.caughtUp, look === "trouble" ? "unknown" : isCaughtUp || isClosed ? "yes" : "not yet");
    setText(page.facts.closed, isClosed ? "yes" : isOver ? "–" : "no");
    setText(page.facts.cursor, this.#wire.cursor ?? "–");
    setText(page.facts.unsent, unsent === 0 ? "none" : unsent.toLocaleString("en"));
    setText(page.facts.position, offset === "-1" ? "start" : offset + (index === 0 ? "" : ` + ${index}`));

    page.state.dataset.look = look;
    setText(page.state, words);
    setText(page.plug, isPlugged ? "Pull the plug" : "Put the plug back");
    page.plug.toggleAttribute("data-pulled", !isPlugged);
    page.facts.unsent.toggleAttribute("data-waiting", unsent > 0);
    page.composer.hidden = isOver;
    page.close.hidden = isOver;
    setText(page.waiting, look === "trouble" && unsent > 0 ? waitingWords(unsent) : "");
    page.over.hidden = !isOver;
    setText(
      page.over,
      isClosed ? closedWords(log.count, one, many) : "The stream was deleted. What was read is above.",
    );
    for (const button of [page.fork, page.remove]) button.hidden = isOver && !isClosed;
    this.#view.refresh();
  }
}

function waitingWords(unsent: number): string {
  const what = unsent === 1 ? "1 message is" : `${unsent.toLocaleString("en")} messages are`;
  return `${what} kept in this browser, and sent once the server can be reached. You may close the page.`;
}

function closedWords(count: number, one: string, many: string): string {
  const what = `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
  return `Closed for good with ${what}. It can be read and forked, and nobody can append to it.`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Changes a text only when it is another one: a screen reader announces it each time. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
