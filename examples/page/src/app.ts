import { ContentTypeMismatchError, StreamClosedError, StreamConflictError } from "durable-cf-streams";
import { DurableStream, type StreamMetadata } from "durable-cf-streams/client";
import { BASE_URL, nameInAddress, setAddress, urlOf } from "./address.ts";
import { commands } from "./commands.ts";
import * as page from "./elements.ts";
import { type Kind, kindOfType } from "./kind.ts";
import { tell } from "./notice.ts";
import { Panel } from "./panel.ts";
import type { AnySession } from "./session.ts";
import type { Tab } from "./tab.ts";
import { Wire } from "./wire.ts";
import { isGone, wordsOf } from "./words.ts";

/** What an {@link App} is made of. */
export interface AppOptions {
  /** Kinds of streams that it knows more of than their content type; the first that matches counts. */
  readonly kinds: readonly Kind[];
  /** Which tab this is; known a moment after the page has loaded. */
  readonly tab: Promise<Tab>;
  /** Told of the stream that is open now, or of none. */
  readonly onOpen: (session: AnySession | undefined) => void;
}

/** Opens the stream that the page's address names, one at a time. */
export class App {
  /** What requests go through. */
  readonly wire = new Wire(() => this.#panel.refresh());
  readonly #panel = new Panel(this.wire);
  readonly #options: AppOptions;
  #session: AnySession | undefined;
  /** Counts openings, so that a slow answer to an old one is dropped. */
  #visit = 0;

  constructor(options: AppOptions) {
    this.#options = options;
  }

  /** The open stream. */
  get session(): AnySession | undefined {
    return this.#session;
  }

  /** Shows everything as it is now. */
  refresh(): void {
    this.#panel.refresh();
  }

  /** Opens the stream that the address names, if it is there. */
  async open(): Promise<void> {
    this.#visit += 1;
    const mine = this.#visit;
    const left = this.#session;
    this.#session = undefined;
    await left?.stop();
    const name = nameInAddress();
    const metadata = name === "" ? undefined : await this.#inspect(urlOf(name));
    const tab = await this.#options.tab;
    if (mine !== this.#visit) return;
    if (name !== "") page.name.value = name;
    if (name !== "" && metadata === undefined && page.notice.hidden) {
      tell(`There is no stream “${name}” yet. Create it above.`);
    }
    const session = metadata && this.#sessionOn(name, metadata, tab);
    this.#session = session;
    this.#panel.show(name, session);
    this.#options.onOpen(session);
    if (session === undefined) this.showCommands();
    else void this.#follow(session);
  }

  /** Opens the stream with another name. */
  async goTo(name: string): Promise<void> {
    setAddress(name);
    await this.open();
  }

  /**
   * Creates a stream, or finds out that it is there; then opens it.
   *
   * @param name Its path on the server.
   * @param contentType What it is created as, unless its name says otherwise.
   */
  async create(name: string, contentType: string): Promise<void> {
    const kind = this.#kindOf(name, contentType);
    const stream = new DurableStream({ url: urlOf(name), contentType: kind.contentType, fetch: this.wire.fetch });
    try {
      await stream.create();
      tell("");
    } catch (error) {
      if (!(error instanceof StreamConflictError || error instanceof ContentTypeMismatchError)) throw error;
      tell(`“${name}” is there already, with another content type or closed: opened as it is.`);
    }
    await this.goTo(name);
  }

  /** Shows what creates, in a terminal, the stream that the form names. */
  showCommands(): void {
    if (this.#session !== undefined) return;
    const name = page.name.value.trim() || "hello";
    page.curl.textContent = commands(urlOf(name), this.#kindOf(name, page.contentType.value));
  }

  #kindOf(name: string, contentType: string): Kind {
    return this.#options.kinds.find((kind) => kind.matches(name)) ?? kindOfType(contentType);
  }

  async #inspect(url: string): Promise<StreamMetadata | undefined> {
    try {
      return await new DurableStream({ url, fetch: this.wire.fetch }).head();
    } catch (error) {
      if (!isGone(error)) tell(wordsOf(error));
      return undefined;
    }
  }

  #sessionOn(name: string, metadata: StreamMetadata, tab: Tab): AnySession {
    return this.#kindOf(name, metadata.contentType).open({
      target: { name, url: urlOf(name), baseUrl: BASE_URL, fetch: this.wire.fetch },
      metadata,
      tab,
      onChange: () => this.#panel.refresh(),
      onArrival: (count, last) => this.#panel.announce(count, last),
      onFailure: (error) => {
        const isKept = !(error instanceof StreamClosedError);
        const what = isKept ? " It is kept, and sent with the next one." : "";
        tell(`Not appended: ${wordsOf(error)}${what}`, { canDiscard: isKept });
      },
    });
  }

  async #follow(session: AnySession): Promise<void> {
    try {
      await session.follow();
    } catch (error) {
      // A deletion is shown where the state is.
      if (isGone(error) || session !== this.#session) return;
      tell(`No longer reading: ${wordsOf(error)} Reload to try again.`);
    }
  }
}
