import { describe, expect, it } from "vitest";
import type { PageVisibility, ReaderStatus } from "../../../src/client/reader/index.ts";
import { systemClock } from "../../../src/shared/index.ts";
import { FakeClock, settled } from "../../support/fake-clock.ts";
import { collect, readerOver } from "./reading.ts";
import { controlEvent, dataEvent, openEnded, openEventStream, page, scripted } from "./scripted.ts";

const TAIL = () => page("[]", { next: "a", upToDate: true });
const END = (from = "a") =>
  from === "a" ? openEventStream([dataEvent("[9]") + controlEvent("z", { streamClosed: true })]) : TAIL();

/** A page that a test hides, shows and takes off the network. */
class FakePage implements PageVisibility {
  watchers = 0;
  #hidden = false;
  #changed: () => void = () => {};
  #online: () => void = () => {};

  isHidden(): boolean {
    return this.#hidden;
  }

  watch(onChange: () => void, onOnline: () => void): () => void {
    this.watchers += 1;
    this.#changed = onChange;
    this.#online = onOnline;
    return () => {
      this.watchers -= 1;
    };
  }

  hide(hidden: boolean): void {
    this.#hidden = hidden;
    this.#changed();
  }

  comeOnline(): void {
    this.#online();
  }
}

describe("the watchdog", () => {
  it("reconnects an event stream that has gone silent", async () => {
    const clock = new FakeClock();
    const statuses: ReaderStatus[] = [];
    let left = 0;
    const silent = openEventStream([controlEvent("a", { upToDate: true })], () => {
      left += 1;
    });
    const script = scripted(TAIL(), silent, END());
    const reader = readerOver(
      { fetch: script.fetch, clock },
      { live: "sse", silenceMs: 30_000, onStatus: (status) => statuses.push(status) },
    );
    const all = collect(reader);
    await settled();
    await clock.advance(29_999);
    expect(script.queries).toHaveLength(2);
    await clock.advance(1);
    expect(await all).toEqual([9]);
    expect(left).toBe(1);
    expect(statuses).toContainEqual(
      expect.objectContaining({ type: "retrying", error: expect.objectContaining({ _tag: "TransportError" }) }),
    );
    expect(clock.pending).toBe(0);
  });

  it("takes a comment for a sign of life", async () => {
    const clock = new FakeClock();
    const beats: (() => void)[] = [];
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        beats.push(() => controller.enqueue(new TextEncoder().encode(":\n\n")));
      },
    });
    const response = new Response(body, { headers: { "Content-Type": "text/event-stream" } });
    const script = scripted(TAIL(), response);
    const reader = readerOver({ fetch: script.fetch, clock }, { live: "sse", silenceMs: 30_000 });
    const all = collect(reader);
    await settled();
    for (let beat = 0; beat < 5; beat++) {
      await clock.advance(20_000);
      beats[0]?.();
      await settled();
    }
    expect(script.queries).toHaveLength(2);
    reader.cancel();
    expect(await all).toEqual([]);
  });

  it("does not take a consumer that is busy for a server that is silent", async () => {
    const clock = new FakeClock();
    const body = openEnded(["[1,", "2,", "3]"]);
    const script = scripted(page(body, { next: "a", closed: true }));
    const reader = readerOver({ fetch: script.fetch, clock }, { limit: 3, silenceMs: 1_000 });
    const seen: unknown[] = [];
    for await (const message of reader) {
      seen.push(message);
      await clock.advance(60_000);
    }
    expect(seen).toEqual([1, 2, 3]);
    expect(script.queries).toHaveLength(1);
  });

  it("watches pages as well", async () => {
    const clock = new FakeClock();
    const script = scripted(page(openEnded(["[1,"]), { next: "a" }), page("[1,2]", { next: "a", closed: true }));
    const all = collect(readerOver({ fetch: script.fetch, clock }, { silenceMs: 1_000 }));
    await settled();
    await clock.advance(1_000);
    expect(await all).toEqual([1, 2]);
  });

  it("may be told to wait for ever", async () => {
    const response = Promise.withResolvers<Response>();
    const script = scripted(TAIL(), () => response.promise);
    const reader = readerOver(
      { fetch: script.fetch, clock: systemClock },
      { live: "auto", silenceMs: Number.POSITIVE_INFINITY, bufferedAfterMs: Number.POSITIVE_INFINITY },
    );
    const all = collect(reader);
    // A timer of more than 32 bits would fire at once: before one that was set later.
    for (let turn = 0; turn < 20; turn++) await settled();
    expect(script.queries).toHaveLength(2);
    response.resolve(END());
    expect(await all).toEqual([9]);
  });

  it("gives a refusal up whose body does not come", async () => {
    const clock = new FakeClock();
    const script = scripted(new Response(openEnded([]), { status: 503 }), page("[1]", { next: "a", closed: true }));
    const all = collect(readerOver({ fetch: script.fetch, clock }, { silenceMs: 1_000 }));
    await settled();
    await clock.advance(1_000);
    expect(await all).toEqual([1]);
  });
});

describe("a hidden tab", () => {
  it("pauses the live read, and what was missed comes in pages when it is shown", async () => {
    const visibility = new FakePage();
    const statuses: ReaderStatus[] = [];
    let left = 0;
    const script = scripted(
      TAIL(),
      openEventStream([controlEvent("a", { upToDate: true })], () => {
        left += 1;
      }),
      page("[1]", { next: "b", closed: true }),
    );
    const reader = readerOver(
      { fetch: script.fetch },
      { live: "sse", visibility, onStatus: (status) => statuses.push(status) },
    );
    const all = collect(reader);
    await settled();
    visibility.hide(true);
    await settled();
    expect(left).toBe(1);
    expect(reader.status).toEqual({ type: "paused" });
    expect(script.queries).toHaveLength(2);
    visibility.hide(false);
    expect(await all).toEqual([1]);
    expect(script.queries[2]).toBe("?offset=a");
    expect(visibility.watchers).toBe(0);
    expect(statuses.map(({ type }) => type)).not.toContain("retrying");
  });

  it("lets a catch-up go on", async () => {
    const visibility = new FakePage();
    visibility.hide(true);
    const script = scripted(page("[1]", { next: "a" }), page("[2]", { next: "b", closed: true }));
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "auto", visibility }))).toEqual([1, 2]);
  });

  it("pauses nothing when told not to", async () => {
    const visibility = new FakePage();
    visibility.hide(true);
    const script = scripted(TAIL(), END());
    const reader = readerOver({ fetch: script.fetch }, { live: "sse", visibility, pauseWhenHidden: false });
    expect(await collect(reader)).toEqual([9]);
  });

  it("can be left by cancelling", async () => {
    const visibility = new FakePage();
    visibility.hide(true);
    const reader = readerOver({ fetch: scripted(TAIL()).fetch }, { live: "auto", visibility });
    const all = collect(reader);
    await settled();
    expect(reader.status).toEqual({ type: "paused" });
    reader.cancel();
    expect(await all).toEqual([]);
    expect(visibility.watchers).toBe(0);
  });

  it("loses no message that was in memory when it was hidden", async () => {
    const visibility = new FakePage();
    const script = scripted(
      TAIL(),
      openEventStream([dataEvent("[1,2]") + controlEvent("b")]),
      openEventStream([dataEvent("[3]") + controlEvent("c", { streamClosed: true })]),
    );
    const reader = readerOver({ fetch: script.fetch }, { live: "sse", visibility });
    const seen: unknown[] = [];
    for await (const message of reader) {
      seen.push(message);
      if (message !== 1) continue;
      visibility.hide(true);
      visibility.hide(false);
    }
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe("the network that comes back", () => {
  it("ends the wait for the next attempt", async () => {
    const visibility = new FakePage();
    const clock = new FakeClock();
    const script = scripted(new TypeError("offline"), page("[1]", { next: "a", closed: true }));
    const retry = { baseDelayMs: 60_000, maxDelayMs: 60_000 };
    const all = collect(readerOver({ fetch: script.fetch, clock, retry }, { visibility }));
    await settled();
    visibility.comeOnline();
    expect(await all).toEqual([1]);
    expect(clock.pending).toBe(0);
  });

  it("replaces a connection from before", async () => {
    const visibility = new FakePage();
    const script = scripted(
      TAIL(),
      openEventStream([dataEvent("[1]")]),
      openEventStream([dataEvent("[1,2]") + controlEvent("b", { streamClosed: true })]),
    );
    const reader = readerOver({ fetch: script.fetch }, { live: "sse", visibility });
    const all = collect(reader);
    await settled();
    visibility.comeOnline();
    expect(await all).toEqual([1, 2]);
  });
});
