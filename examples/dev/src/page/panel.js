// One open stream: its reader, its writer, and what the page shows of both.
import * as page from "./elements.js";
import { Log } from "./log.js";
import { decoderFor, isText } from "./messages.js";
import { restore, save } from "./session.js";
import { Tail } from "./tail.js";
import { Writer } from "./writer.js";

/** @type {Record<import("./tail.js").TailState, string>} */
const STATE_NAMES = {
  connecting: "Connecting…",
  live: "Live",
  paused: "Paused while hidden",
  reconnecting: "Reconnecting…",
  closed: "Closed",
  gone: "Deleted",
};

/** The open stream. Construct one to show it, and stop it before the next. */
export class Panel {
  #url;
  #facts;
  #view;
  #log;
  #tail;
  /** @type {import("./tail.js").Position} */
  #position = { offset: "-1", cursor: undefined, upToDate: false, closed: false };
  #saving = () => this.#save();

  /** Where appends go. */
  writer;

  /**
   * @param {string} url
   * @param {import("./stream.js").StreamFacts} facts
   * @param {import("./log-view.js").LogView} view
   */
  constructor(url, facts, view) {
    this.#url = url;
    this.#facts = facts;
    this.#view = view;
    this.writer = new Writer(url, facts.contentType);

    const saved = restore(url, facts.id);
    this.#log = new Log(saved?.log);
    this.#position = saved?.position ?? this.#position;
    page.facts.type.textContent = facts.contentType;
    page.facts.countLabel.textContent = isText(facts.contentType) ? "Lines" : "Messages";
    this.#showPosition();
    addEventListener("pagehide", this.#saving);

    const decode = decoderFor(facts.contentType);
    this.#tail = new Tail(url, facts.id, this.#position, {
      onEvent: (data, position) => {
        for (const piece of data) {
          decode(piece, this.#log);
        }
        this.#position = position;
        this.#showPosition();
      },
      onState: showState,
    });
  }

  /** MIME type of the stream. */
  get contentType() {
    return this.#facts.contentType;
  }

  /** Leaves the stream. What was read is kept for a return. */
  stop() {
    this.#tail.stop();
    this.#save();
    removeEventListener("pagehide", this.#saving);
  }

  #save() {
    save(this.#url, { id: this.#facts.id, position: this.#position, log: this.#log.save() });
  }

  #showPosition() {
    const { offset, cursor, upToDate, closed } = this.#position;
    page.facts.count.textContent = this.#log.count.toLocaleString("en");
    page.facts.offset.textContent = offset;
    page.facts.cursor.textContent = cursor ?? "–";
    page.facts.upToDate.textContent = upToDate ? "yes" : "not yet";
    page.facts.closed.textContent = closed ? "yes" : "no";
    this.#view.show(this.#log);
  }
}

/** @param {import("./tail.js").TailState} state */
function showState(state) {
  const over = state === "closed" || state === "gone";
  page.state.dataset.state = state;
  // Set only when it changes: a screen reader announces it each time.
  if (page.state.textContent !== STATE_NAMES[state]) {
    page.state.textContent = STATE_NAMES[state];
  }
  page.composer.hidden = over;
  page.close.hidden = over;
}
