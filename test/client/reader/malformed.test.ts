import { describe, expect, it } from "vitest";
import { scriptedFetch } from "../../support/client/scripted-fetch.ts";
import { collect, collectUntilError, readerOver } from "./reading.ts";
import { controlEvent, dataEvent, eventStream, inPieces, page, scripted } from "./scripted.ts";

const TAIL = () => page("[]", { next: "a", upToDate: true });
const MALFORMED = { _tag: "MalformedResponseError" };

describe("a malformed page", () => {
  it("without an offset is an error", async () => {
    const response = new Response("[1]", { headers: { "Content-Type": "application/json" } });
    const { messages, error } = await collectUntilError(readerOver({ fetch: scripted(response).fetch }));
    expect(error).toMatchObject({ ...MALFORMED, message: expect.stringContaining("Stream-Next-Offset") });
    expect(messages).toEqual([]);
  });

  it("of HTML from a captive portal is an error in every mode", async () => {
    for (const live of [false, "long-poll", "sse", "auto"] as const) {
      const portal = () => new Response("<html>Log in</html>", { headers: { "Content-Type": "text/html" } });
      const atStart = await collectUntilError(readerOver({ fetch: scripted(portal()).fetch }, { live }));
      expect(atStart.error).toMatchObject(MALFORMED);
      const script = scripted(TAIL(), portal(), portal());
      if (live === false) continue;
      expect((await collectUntilError(readerOver({ fetch: script.fetch }, { live }))).error).toMatchObject(MALFORMED);
    }
  });

  it("of text, from a stream that was taken for JSON, is an error", async () => {
    const script = scripted(page("hello", { next: "a", type: "text/plain" }));
    const { error } = await collectUntilError(readerOver({ fetch: script.fetch }));
    expect(error).toMatchObject({
      _tag: "ContentTypeMismatchError",
      expected: "application/json",
      received: "text/plain",
    });
  });

  it("that a portal makes of a text stream is an error, too", async () => {
    const portal = new Response("<html>Log in</html>", { headers: { "Content-Type": "text/html" } });
    const reader = readerOver({ fetch: scripted(portal).fetch, contentType: "text/plain" });
    expect((await collectUntilError(reader)).error).toMatchObject(MALFORMED);
  });

  it.each(["now", "-1", "a,b", "a/b"])("that names the offset %j is an error", async (next) => {
    const { error } = await collectUntilError(readerOver({ fetch: scripted(page("[1]", { next })).fetch }));
    expect(error).toMatchObject(MALFORMED);
  });

  it("that stops being an array is an error behind the messages before", async () => {
    const reader = readerOver({ fetch: scripted(page(inPieces('[1,{"a":2},3}', "4]"), { next: "a" })).fetch });
    const { messages, error } = await collectUntilError(reader);
    expect(messages).toEqual([1, { a: 2 }]);
    expect(error).toMatchObject({ ...MALFORMED, message: expect.stringContaining("character 12") });
    expect(reader.checkpoint).toMatchObject({ index: 2 });
  });

  it("that holds what is no JSON between separators is an error behind the messages before", async () => {
    const { messages, error } = await collectUntilError(
      readerOver({ fetch: scripted(page("[1,tru,3]", { next: "a" })).fetch }),
    );
    expect(messages).toEqual([1]);
    expect(error).toMatchObject(MALFORMED);
  });

  it("that is not UTF-8 is an error", async () => {
    const body = Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x5d);
    const { error } = await collectUntilError(readerOver({ fetch: scripted(page(body, { next: "a" })).fetch }));
    expect(error).toMatchObject(MALFORMED);
  });

  it("that is truncated each time is an error after a few attempts, and not before", async () => {
    const script = scriptedFetch(page("[1,2", { next: "a" }));
    const { messages, error } = await collectUntilError(readerOver({ fetch: script.fetch }, { live: "auto" }));
    expect(messages).toEqual([1]);
    expect(error).toMatchObject({ ...MALFORMED, message: expect.stringContaining("ends too early") });
    expect(script.requests).toHaveLength(3);
  });

  it("that is truncated once, after refusals, is read again", async () => {
    const busy = () => new Response(null, { status: 429 });
    const whole = page("[1]", { next: "a", closed: true });
    const script = scripted(busy(), busy(), page("[", { next: "a" }), whole);
    expect(await collect(readerOver({ fetch: script.fetch }))).toEqual([1]);
  });

  it("of bytes that is shorter than its Content-Length is read again", async () => {
    const type = "application/octet-stream";
    const facts = { next: "a", closed: true, type, headers: { "Content-Length": "4" } };
    const script = scripted(page(Uint8Array.of(1, 2), facts), page(Uint8Array.of(1, 2, 3, 4), facts));
    const runs = await collect(readerOver<Uint8Array>({ fetch: script.fetch, contentType: type }));
    expect(runs.flatMap((run) => [...run])).toEqual([1, 2, 3, 4]);
  });

  it("may be shorter than its Content-Length where that counts compressed bytes", async () => {
    const headers = { "Content-Length": "400", "Content-Encoding": "gzip" };
    const script = scripted(page("[1]", { next: "a", closed: true, headers }));
    expect(await collect(readerOver({ fetch: script.fetch }))).toEqual([1]);
  });

  it("that has data and ends where it starts is an error instead of a loop", async () => {
    const from = { stream: null, offset: "a" as never, index: 0 };
    const script = scriptedFetch(page("[1]", { next: "a" }));
    const { messages, error } = await collectUntilError(readerOver({ fetch: script.fetch }, { from, live: "auto" }));
    expect(messages).toEqual([1]);
    expect(error).toMatchObject(MALFORMED);
  });

  it("reached over endless redirects is an error", async () => {
    const redirects = new TypeError("fetch failed", { cause: new Error("redirect count exceeded") });
    const { error } = await collectUntilError(readerOver({ fetch: scripted(redirects).fetch }, { live: "auto" }));
    expect(error).toMatchObject(MALFORMED);
  });

  it("of another success status is an error", async () => {
    const { error } = await collectUntilError(
      readerOver({ fetch: scripted(page("[1]", { next: "a", status: 206 })).fetch }),
    );
    expect(error).toMatchObject(MALFORMED);
  });
});

describe("a malformed event", () => {
  it.each([
    ["control data that is no JSON", "event: control\ndata: {nope\n\n"],
    ["control data without an offset", "event: control\ndata: {}\n\n"],
    ["a control offset that is a sentinel", controlEvent("now")],
    ["data that is no array", dataEvent('{"a":1}')],
    ["data that ends too early", dataEvent("[1,2")],
    ["data that ends where it starts", dataEvent("[1]") + controlEvent("a")],
  ])("with %s is an error", async (_, events) => {
    const script = scripted(TAIL(), eventStream(events));
    const { error } = await collectUntilError(readerOver({ fetch: script.fetch }, { live: "sse" }));
    expect(error).toMatchObject(MALFORMED);
  });

  it("with what is no base64 is an error", async () => {
    const type = "application/octet-stream";
    const headers = { "Content-Type": "text/event-stream", "Stream-SSE-Data-Encoding": "base64" };
    const script = scripted(page("", { next: "a", upToDate: true, type }), new Response(dataEvent("QQ"), { headers }));
    const reader = readerOver({ fetch: script.fetch, contentType: type }, { live: "sse" });
    expect((await collectUntilError(reader)).error).toMatchObject(MALFORMED);
  });
});
