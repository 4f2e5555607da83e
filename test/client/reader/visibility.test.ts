import { afterEach, describe, expect, it, vi } from "vitest";
import { platformVisibility } from "../../../src/client/reader/visibility.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** What a browser's page is to a reader. */
class Page extends EventTarget {
  visibilityState = "visible";
}

describe("the platform's page", () => {
  it("is never hidden where there is none", () => {
    expect(platformVisibility.isHidden()).toBe(false);
    platformVisibility.watch(
      () => {},
      () => {},
    )();
  });

  it("tells when it is hidden or shown, until nobody listens", () => {
    const page = new Page();
    vi.stubGlobal("document", page);
    let changes = 0;
    const unwatch = platformVisibility.watch(
      () => {
        changes += 1;
      },
      () => {},
    );
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    expect(platformVisibility.isHidden()).toBe(true);
    expect(changes).toBe(1);
    unwatch();
    page.dispatchEvent(new Event("visibilitychange"));
    expect(changes).toBe(1);
  });

  it("tells when the network comes back, where a runtime knows", () => {
    const events = new EventTarget();
    vi.stubGlobal("ononline", null);
    vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
    vi.stubGlobal("removeEventListener", events.removeEventListener.bind(events));
    let online = 0;
    const unwatch = platformVisibility.watch(
      () => {},
      () => {
        online += 1;
      },
    );
    events.dispatchEvent(new Event("online"));
    unwatch();
    events.dispatchEvent(new Event("online"));
    expect(online).toBe(1);
  });
});
