import { describe, expect, it } from "vitest";
import type { ReaderStatus } from "../../../src/client/reader/index.ts";
import { collect, readerOver } from "./reading.ts";
import { controlEvent, dataEvent, eventStream, inPieces, page, scripted } from "./scripted.ts";

describe("paging", () => {
  it("is followed to the tail, each page at the offset that the one before named", async () => {
    const script = scripted(
      page("[1,2]", { next: "a" }),
      page("[3]", { next: "b" }),
      page("[4]", { next: "c", upToDate: true }),
    );
    const reader = readerOver({ fetch: script.fetch });
    expect(await collect(reader)).toEqual([1, 2, 3, 4]);
    expect(script.queries).toEqual(["?offset=-1", "?offset=a", "?offset=b"]);
    expect(reader.checkpoint).toEqual({ stream: null, offset: "c", index: 0 });
    expect(reader.status).toEqual({ type: "stopped" });
  });

  it.each(["long-poll", "sse", "auto"] as const)("goes before the live requests of %s", async (live) => {
    const script = scripted(
      page("[1]", { next: "a" }),
      page("[2]", { next: "b", upToDate: true }),
      live === "long-poll"
        ? page("[3]", { next: "c", closed: true })
        : eventStream(dataEvent("[3]") + controlEvent("c", { streamClosed: true })),
    );
    expect(await collect(readerOver({ fetch: script.fetch }, { live }))).toEqual([1, 2, 3]);
    const mode = live === "long-poll" ? "long-poll" : "sse";
    expect(script.queries).toEqual(["?offset=-1", "?offset=a", `?live=${mode}&offset=b`]);
  });

  it("takes an answer that ends where it starts for the tail, said or not", async () => {
    const script = scripted(page("[1]", { next: "a" }), page("", { next: "a" }));
    expect(await collect(readerOver({ fetch: script.fetch }))).toEqual([1]);
  });

  it("ends with the closed stream, once the body that says so was read", async () => {
    const statuses: ReaderStatus[] = [];
    const script = scripted(page(inPieces("[1,", "2]"), { next: "a", closed: true }));
    const reader = readerOver({ fetch: script.fetch }, { live: "auto", onStatus: (status) => statuses.push(status) });
    expect(await collect(reader)).toEqual([1, 2]);
    expect(statuses.map(({ type }) => type)).toEqual(["connecting", "caught-up", "closed"]);
  });

  it("does not end with a closed stream whose body breaks off", async () => {
    const script = scripted(
      page(inPieces("[1,", new Error("cut")), { next: "a", closed: true }),
      page("[1,2]", { next: "a", closed: true }),
    );
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "auto" }))).toEqual([1, 2]);
    expect(script.queries).toEqual(["?offset=-1", "?offset=-1"]);
  });

  it("takes false, yes and 1 in Stream-Closed for an open stream", async () => {
    const script = scripted(
      page("[1]", { next: "a", headers: { "Stream-Closed": "yes" } }),
      page("[2]", { next: "b", headers: { "Stream-Closed": "TRUE" } }),
    );
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "long-poll" }))).toEqual([1, 2]);
  });

  it("carries what is left to skip into the next page, event and mode", async () => {
    const from = { stream: null, offset: "x" as never, index: 4 };
    const script = scripted(
      page("[1,2]", { next: "a" }),
      page("[3]", { next: "b", upToDate: true }),
      eventStream(dataEvent("[4,5]") + controlEvent("c", { streamClosed: true })),
    );
    expect(await collect(readerOver({ fetch: script.fetch }, { from, live: "sse" }))).toEqual([5]);
  });

  it("keeps a checkpoint that the tail does not reach", async () => {
    const from = { stream: null, offset: "x" as never, index: 4 };
    const reader = readerOver({ fetch: scripted(page("[1]", { next: "a", upToDate: true })).fetch }, { from });
    expect(await collect(reader)).toEqual([]);
    expect(reader.checkpoint).toEqual({ stream: null, offset: "a", index: 3 });
    expect(reader.isCaughtUp).toBe(false);
  });
});

describe("an answer without a body", () => {
  it.each([204, 304])("with %i moves nothing but the offset it names", async (status) => {
    const from = { stream: null, offset: "x" as never, index: 2 };
    const script = scripted(
      page("[]", { next: "x", upToDate: true }),
      page(null, { status, next: "y", upToDate: true }),
      page("[1,2,3]", { next: "z", closed: true }),
    );
    expect(await collect(readerOver({ fetch: script.fetch }, { from, live: "long-poll" }))).toEqual([3]);
    expect(script.queries[2]).toBe("?live=long-poll&offset=y");
  });

  it("with 304 and no offset moves nothing", async () => {
    const script = scripted(new Response(null, { status: 304 }), page("[1]", { next: "z", closed: true }));
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "long-poll" }))).toEqual([1]);
    expect(script.queries).toEqual(["?offset=-1", "?live=long-poll&offset=-1"]);
  });

  it("with 204 and Stream-Closed is the end", async () => {
    const script = scripted(
      page("[]", { next: "a", upToDate: true }),
      page(null, { status: 204, next: "a", closed: true }),
    );
    const reader = readerOver({ fetch: script.fetch }, { live: "long-poll" });
    expect(await collect(reader)).toEqual([]);
    expect(reader.status).toEqual({ type: "closed" });
  });
});

describe("from now", () => {
  it("is resolved by one request and never stored", async () => {
    const script = scripted(
      page("[]", { next: "t", upToDate: true, stream: "s" }),
      page(null, { status: 204, next: "t", upToDate: true, stream: "s" }),
      new TypeError("fetch failed"),
      page("[1]", { next: "u", closed: true, stream: "s" }),
    );
    const reader = readerOver({ fetch: script.fetch }, { from: "now", live: "long-poll" });
    expect(reader.checkpoint).toBeUndefined();
    const seen: unknown[] = [];
    for await (const message of reader) seen.push(message, reader.checkpoint);
    expect(seen).toEqual([1, { stream: "s", offset: "u", index: 0 }]);
    expect(script.queries).toEqual(["?offset=now", ...Array(3).fill("?live=long-poll&offset=t")]);
  });

  it("knows its checkpoint before the first message", async () => {
    const reader = readerOver({ fetch: scripted(page("[]", { next: "t", upToDate: true })).fetch }, { from: "now" });
    expect(await collect(reader)).toEqual([]);
    expect(reader.checkpoint).toEqual({ stream: null, offset: "t", index: 0 });
    expect(reader.isCaughtUp).toBe(true);
  });

  it("delivers nothing that an answer holds all the same", async () => {
    const script = scripted(page("[1,2]", { next: "t" }));
    expect(await collect(readerOver({ fetch: script.fetch }, { from: "now" }))).toEqual([]);
  });

  it("ends at once on a closed stream", async () => {
    const script = scripted(page("[]", { next: "t", upToDate: true, closed: true }));
    const reader = readerOver({ fetch: script.fetch }, { from: "now", live: "auto" });
    expect(await collect(reader)).toEqual([]);
    expect(reader.status).toEqual({ type: "closed" });
  });
});

describe("requests", () => {
  it("echo the last cursor when live, also after a failure and in another mode", async () => {
    const script = scripted(
      page("[]", { next: "a", upToDate: true, cursor: "10" }),
      eventStream(dataEvent("[1]") + controlEvent("b", { streamCursor: "11" }), new Error("cut")),
      new TypeError("fetch failed"),
      new Response(null, { status: 405 }),
      new Response(null, { status: 405 }),
      page(null, { status: 204, next: "b", cursor: "12" }),
      page("[2]", { next: "c", closed: true }),
    );
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "auto" }))).toEqual([1, 2]);
    expect(script.queries.slice(1)).toEqual([
      "?cursor=10&live=sse&offset=a",
      ...Array(3).fill("?cursor=11&live=sse&offset=b"),
      "?cursor=11&live=long-poll&offset=b",
      "?cursor=12&live=long-poll&offset=b",
    ]);
  });

  it("encode offsets of any server", async () => {
    const script = scripted(page("[1]", { next: "ü+ %2" }), page("[]", { next: "ü+ %2" }));
    await collect(readerOver({ fetch: script.fetch }));
    expect(new URLSearchParams(script.queries[1]).get("offset")).toBe("ü+ %2");
  });
});
