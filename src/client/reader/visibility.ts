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

function isTarget(value: unknown): value is EventTarget {
  return typeof value === "object" && value !== null && "addEventListener" in value;
}

function listen(target: unknown, type: string, listener: () => void): () => void {
  if (!isTarget(target)) return () => {};
  target.addEventListener(type, listener);
  return () => target.removeEventListener(type, listener);
}

function page(): unknown {
  return Reflect.get(globalThis, "document");
}

/** The page of a browser; always visible, and never told of the network, where there is none. */
export const platformVisibility: PageVisibility = {
  isHidden() {
    const document = page();
    return isTarget(document) && Reflect.get(document, "visibilityState") === "hidden";
  },
  watch(onChange, onOnline) {
    const unwatchPage = listen(page(), "visibilitychange", onChange);
    // Workers of a browser have no page and still hear of the network; other runtimes never say anything.
    const unwatchNetwork = "ononline" in globalThis ? listen(globalThis, "online", onOnline) : () => {};
    return () => {
      unwatchPage();
      unwatchNetwork();
    };
  },
};
