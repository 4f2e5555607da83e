import { App } from "./app.ts";
import { watchComposer } from "./composer.ts";
import * as page from "./elements.ts";
import type { Kind } from "./kind.ts";
import { attempt, tell } from "./notice.ts";
import { claimTab } from "./tab.ts";
import { watchToolbar } from "./toolbar.ts";
import { wordsOf } from "./words.ts";

/** How the page begins. */
export interface PageOptions {
  /** Kinds of streams that it knows more of than their content type; the first that matches counts. */
  readonly kinds?: readonly Kind[];
  /** The name that stands in the empty form. */
  readonly name?: string;
}

/**
 * Runs the page: opens the stream that the address names, creates it when asked to, and appends what is typed. When the
 * page has loaded, it listens: what is typed at once is not lost, and no form is sent the browser's way.
 *
 * @param options What it knows of the server's streams.
 */
export async function startPage({ kinds = [], name = "hello" }: PageOptions = {}): Promise<void> {
  const composer = watchComposer({
    append: async (typed) => {
      tell("");
      return app.session?.append(typed);
    },
    refused: (error) => tell(`Not appended: ${wordsOf(error)}`),
  });
  page.name.value = name;
  const app = new App({ kinds, tab: claimTab(), onOpen: (session) => composer.restore(session) });
  watchToolbar(app);
  watchOpener(app);

  page.discard.addEventListener("click", () => {
    app.session?.discardUnsent();
    tell("");
    page.message.focus();
  });
  page.dismiss.addEventListener("click", () => tell(""));
  for (const type of ["online", "offline"]) addEventListener(type, () => app.refresh());
  addEventListener("popstate", () => void app.open());
  await app.open();
}

function watchOpener(app: App): void {
  page.opener.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt("Not created", async () => {
      await app.create(page.name.value.trim().replace(/^\/+|\/+$/g, ""), page.contentType.value);
      if (!page.composer.hidden) page.message.focus();
    });
  });
  for (const field of [page.name, page.contentType]) field.addEventListener("input", () => app.showCommands());
}
