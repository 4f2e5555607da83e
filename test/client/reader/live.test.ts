import { describe, expect, it } from "vitest";
import type { ReaderStatus } from "../../../src/client/reader/index.ts";
import { FakeClock, settled } from "../../support/fake-clock.ts";
import { collect, collectUntilError, readerOver } from "./reading.ts";
import { controlEvent, dataEvent, eventStream, openEventStream, page, scripted } from "./scripted.ts";

const TAIL = () => page("[]", { next: "a", upToDate: true });
const END = () => page("[9]", { next: "z", closed: true });

describe("an event stream", () => {
  it("that the server ends is opened again at the last offset", async () => {
    const script = scripted(
      TAIL(),
      eventStream(controlEvent("a", { upToDate: true })),
      eventStream(dataEvent("[1]") + controlEvent("b")),
      eventStream(dataEvent("[2]") + controlEvent("c", { streamClosed: true })),
    );
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "sse" }))).toEqual([1, 2]);
    expect(script.queries.slice(2)).toEqual(["?live=sse&offset=a", "?live=sse&offset=b"]);
  });

  it("ends with the closed control event, whatever follows", async () => {
    const events = controlEvent("b", { streamClosed: true }) + dataEvent("[1]") + controlEvent("c");
    const script = scripted(TAIL(), openEventStream([events]));
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "sse" }))).toEqual([]);
  });

  it("may carry events that the protocol does not know yet", async () => {
    const events = `event: weather\ndata: rain\n\ndata: no type\n\nid: 7\nretry: 5\nevent: data\ndata: [1]\n\n`;
    const script = scripted(TAIL(), eventStream(events + controlEvent("b", { streamClosed: true, wind: 3 })));
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "sse" }))).toEqual([1]);
  });

  it("delivers JSON before its control event has come, and counts it", async () => {
    const script = scripted(TAIL(), openEventStream([dataEvent("[1,2]"), dataEvent("[3]")]));
    const reader = readerOver({ fetch: script.fetch }, { live: "sse", limit: 3 });
    expect(await collect(reader)).toEqual([1, 2, 3]);
    expect(reader.checkpoint).toEqual({ stream: null, offset: "a", index: 3 });
  });

  it("delivers text only with its control event, which may come with data in several events", async () => {
    const script = scripted(
      page("", { next: "a", upToDate: true, type: "text/plain" }),
      eventStream(dataEvent("one"), new Error("cut")),
      eventStream(dataEvent("one"), dataEvent("  two"), controlEvent("b", { streamClosed: true })),
    );
    const reader = readerOver<string>({ fetch: script.fetch, contentType: "text/plain" }, { live: "sse" });
    expect(await collect(reader)).toEqual(["one two"]);
  });
});

describe("text", () => {
  it("is read by long-poll with auto", async () => {
    const type = "text/plain";
    const script = scripted(
      page("a", { next: "a", upToDate: true, type }),
      page("b", { next: "b", closed: true, type }),
    );
    const reader = readerOver<string>({ fetch: script.fetch, contentType: type }, { live: "auto" });
    expect(await collect(reader)).toEqual(["a", "b"]);
    expect(script.queries[1]).toBe("?live=long-poll&offset=a");
  });

  it("goes by long-poll where bytes are left to skip, and by events again when they are not", async () => {
    const type = "text/plain";
    const from = { stream: null, offset: "x" as never, index: 2 };
    const script = scripted(
      page("", { next: "x", upToDate: true, type }),
      page("abc", { next: "y", upToDate: true, type }),
      eventStream(dataEvent("d") + controlEvent("z", { streamClosed: true })),
    );
    const reader = readerOver<string>({ fetch: script.fetch, contentType: type }, { from, live: "sse" });
    expect(await collect(reader)).toEqual(["c", "d"]);
    expect(script.queries.slice(1)).toEqual(["?live=long-poll&offset=x", "?live=sse&offset=y"]);
  });

  it("waits for the rest of a character that the tail cuts, and then counts from there", async () => {
    const type = "text/plain";
    const [c3, a4] = [Uint8Array.of(0x61, 0xc3), Uint8Array.of(0xa4, 0x62)];
    const script = scripted(
      page(c3, { next: "x", upToDate: true, type }),
      page(a4, { next: "y", upToDate: true, type }),
      eventStream(controlEvent("y", { streamClosed: true })),
    );
    const reader = readerOver<string>({ fetch: script.fetch, contentType: type }, { live: "sse" });
    const seen: unknown[] = [];
    for await (const run of reader) seen.push(run, reader.checkpoint);
    expect(seen).toEqual([
      "a",
      { stream: null, offset: "-1", index: 1 },
      "äb",
      { stream: null, offset: "x", index: 2 },
    ]);
    expect(script.queries.slice(1)).toEqual(["?live=long-poll&offset=x", "?live=sse&offset=y"]);
  });

  it("gives out what is left of a character when the stream is closed inside it", async () => {
    const script = scripted(page(Uint8Array.of(0x61, 0xc3), { next: "x", closed: true, type: "text/plain" }));
    expect(await collect(readerOver<string>({ fetch: script.fetch, contentType: "text/plain" }))).toEqual([
      "a",
      "\ufffd",
    ]);
  });
});

describe("auto", () => {
  it("falls back to long-poll for good when the first byte of an event stream does not come", async () => {
    const clock = new FakeClock();
    const statuses: ReaderStatus[] = [];
    let left = false;
    const script = scripted(
      TAIL(),
      openEventStream([], () => {
        left = true;
      }),
      page(null, { status: 204, next: "a" }),
      END(),
    );
    const reader = readerOver(
      { fetch: script.fetch, clock },
      { live: "auto", bufferedAfterMs: 5_000, onStatus: (status) => statuses.push(status) },
    );
    const all = collect(reader);
    await settled();
    await clock.advance(4_999);
    expect(script.queries).toHaveLength(2);
    await clock.advance(1);
    expect(await all).toEqual([9]);
    expect(left).toBe(true);
    expect(script.queries.slice(1)).toEqual([
      "?live=sse&offset=a",
      "?live=long-poll&offset=a",
      "?live=long-poll&offset=a",
    ]);
    expect(statuses.map(({ type }) => type)).not.toContain("retrying");
    expect(clock.pending).toBe(0);
  });

  it("falls back when even the headers are kept", async () => {
    const clock = new FakeClock();
    const script = scripted(TAIL(), () => new Promise(() => {}), END());
    const all = collect(readerOver({ fetch: script.fetch, clock }, { live: "auto" }));
    await settled();
    await clock.advance(5_000);
    expect(await all).toEqual([9]);
  });

  it("stays with an event stream that shows any sign of life", async () => {
    const clock = new FakeClock();
    const script = scripted(TAIL(), openEventStream([":"]));
    const reader = readerOver({ fetch: script.fetch, clock }, { live: "auto" });
    const all = collect(reader);
    await settled();
    await clock.advance(30_000);
    expect(script.queries).toHaveLength(2);
    reader.cancel();
    expect(await all).toEqual([]);
  });

  it.each([400, 405, 406, 415, 501])("falls back when the server answers event streams with %i", async (status) => {
    const script = scripted(TAIL(), new Response("no", { status }), END());
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "auto" }))).toEqual([9]);
    expect(script.queries[2]).toBe("?live=long-poll&offset=a");
  });

  it("falls back when the answer is no event stream", async () => {
    const script = scripted(TAIL(), page("[1]", { next: "b" }), END());
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "auto" }))).toEqual([9]);
  });

  it("stays with event streams that have worked, whatever the network does", async () => {
    const failures = Array.from({ length: 5 }, () => new TypeError("offline"));
    const script = scripted(
      TAIL(),
      eventStream(dataEvent("[1]") + controlEvent("b"), new Error("cut")),
      ...failures,
      eventStream(controlEvent("b", { streamClosed: true })),
    );
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "auto" }))).toEqual([1]);
    expect(script.queries.slice(2)).toEqual(Array(6).fill("?live=sse&offset=b"));
  });

  it("falls back behind a proxy that appears later, after one more try", async () => {
    const clock = new FakeClock();
    const script = scripted(
      TAIL(),
      eventStream(dataEvent("[1]") + controlEvent("b")),
      openEventStream([]),
      openEventStream([]),
      END(),
    );
    const all = collect(readerOver({ fetch: script.fetch, clock }, { live: "auto", bufferedAfterMs: 1_000 }));
    await settled();
    await clock.advance(1_000);
    await clock.advance(1_000);
    expect(await all).toEqual([1, 9]);
    expect(script.queries.at(-1)).toBe("?live=long-poll&offset=b");
  });

  it("falls back when event streams fail twice in a row", async () => {
    const script = scripted(TAIL(), new TypeError("1"), new TypeError("2"), END());
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "auto" }))).toEqual([9]);
    expect(script.queries[3]).toBe("?live=long-poll&offset=a");
  });
});

describe("a server that answers at once with nothing", () => {
  it("is not asked in a hot loop", async () => {
    const clock = new FakeClock();
    const script = scripted(TAIL(), ...Array.from({ length: 50 }, () => page(null, { status: 204, next: "a" })));
    const retry = { baseDelayMs: 1_000, maxDelayMs: 1_000 };
    const reader = readerOver({ fetch: script.fetch, clock, retry }, { live: "long-poll" });
    const all = collect(reader);
    await settled();
    expect(script.queries).toHaveLength(4);
    await clock.advance(500);
    expect(script.queries).toHaveLength(5);
    reader.cancel();
    await all;
  });
});

describe("an event stream of another kind", () => {
  it("is refused when it carries bytes and the reader takes JSON", async () => {
    const response = new Response(dataEvent("AAAA"), {
      headers: { "Content-Type": "text/event-stream", "Stream-SSE-Data-Encoding": "base64" },
    });
    const { error } = await collectUntilError(readerOver({ fetch: scripted(TAIL(), response).fetch }, { live: "sse" }));
    expect(error).toMatchObject({ _tag: "ContentTypeMismatchError", expected: "application/json" });
  });
});
