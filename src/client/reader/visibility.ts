import { whenOnline } from "../online.ts";

/** What a reader asks of the page it runs in. */
export interface PageVisibility {
  /** Whether nobody can see the page. */
  isHidden(): boolean;
  /**
   * Listens.
   *
   * @param onChange Called when the page is hidden or shown.
   * @param onOnline Called when the network comes back.
   * @returns Stops listening.
   */
  watch(onChange: () => void, onOnline: () => void): () => void;
}

/** What is used of `document`, as far as there is one. */
interface Page extends Partial<Pick<EventTarget, "addEventListener">> {
  readonly visibilityState?: unknown;
}

function page(): Page | undefined {
  return Reflect.get(globalThis, "document");
}

/** The page of a browser; always visible, and never told of the network, where there is none. */
export const platformVisibility: PageVisibility = {
  isHidden: () => page()?.visibilityState === "hidden",
  watch(onChange, onOnline) {
    const watching = new AbortController();
    const { signal } = watching;
    page()?.addEventListener?.("visibilitychange", onChange, { signal });
    whenOnline(onOnline, signal);
    return () => watching.abort();
  },
};
