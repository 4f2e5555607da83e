import * as page from "./elements.ts";
import type { AnySession } from "./session.ts";

const DRAFT_PREFIX = "durable-cf-streams:draft:";
const KEYS = "Enter appends, Shift+Enter begins a new line.";

/** What the composer does with what is typed. */
export interface ComposerActions {
  /**
   * Appends what was typed.
   *
   * @returns When it is kept; `stored` says what becomes of it then. `undefined` when there is nothing to append to.
   */
  append(typed: string): Promise<{ readonly stored: Promise<unknown> } | undefined>;
  /** Told of what was not appended. */
  refused(error: unknown): void;
}

/** The composer of the page. */
export interface Composer {
  /** Begins to write to another stream, with what was typed for it and not appended. */
  restore(session: AnySession | undefined): void;
}

/** Makes the composer work. What is typed survives a reload; it is forgotten when the message itself is safe. */
export function watchComposer({ append, refused }: ComposerActions): Composer {
  let session: AnySession | undefined;

  function review(): void {
    const typed = page.message.value;
    const remark = session === undefined || typed === "" ? { hint: "" } : session.review(typed);
    const isBad = "problem" in remark;
    page.hint.textContent = isBad ? remark.problem : remark.hint || KEYS;
    page.hint.classList.toggle("bad", isBad);
    page.message.setAttribute("aria-invalid", String(isBad));
  }

  function keepDraft(): void {
    if (session !== undefined) sessionStorage.setItem(DRAFT_PREFIX + session.url, page.message.value);
  }

  async function submit(): Promise<void> {
    const typed = page.message.value;
    if (session === undefined || typed === "" || "problem" in session.review(typed)) return;
    page.message.value = "";
    review();
    try {
      const kept = await append(typed);
      keepDraft();
      await kept?.stored;
    } catch (error) {
      refused(error);
      // Given back to be corrected, unless the next one is being typed.
      page.message.value ||= typed;
      review();
      keepDraft();
    }
  }

  page.composer.addEventListener("submit", (event) => {
    event.preventDefault();
    page.message.focus();
    void submit();
  });
  page.message.addEventListener("keydown", (event) => {
    // Enter that ends the composition of a character is not meant for us.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      page.composer.requestSubmit();
    }
  });
  page.message.addEventListener("input", () => {
    review();
    keepDraft();
  });

  return {
    restore(opened) {
      session = opened;
      page.message.value = (opened && sessionStorage.getItem(DRAFT_PREFIX + opened.url)) ?? "";
      review();
    },
  };
}
