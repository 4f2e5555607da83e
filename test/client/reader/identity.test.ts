import { describe, expect, it } from "vitest";
import { collect, collectUntilError, readerOver } from "./reading.ts";
import { controlEvent, eventStream, inPieces, page, scripted } from "./scripted.ts";

const GONE = { _tag: "StreamGoneError" };
const offset = "x" as never;

describe("another stream at the same URL", () => {
  it("is noticed from a stored checkpoint, before anything of it is delivered", async () => {
    const script = scripted(page("[1,2]", { next: "y", stream: "new" }));
    const reader = readerOver({ fetch: script.fetch }, { from: { stream: "old", offset, index: 1 } });
    expect(await collectUntilError(reader)).toMatchObject({ messages: [], error: GONE });
  });

  it.each([false, "long-poll", "sse"] as const)("is noticed between two answers (live: %s)", async (live) => {
    const events = eventStream(controlEvent("b"));
    events.headers.set("Stream-Id", "new");
    const script = scripted(
      page("[1]", { next: "a", upToDate: live !== false, stream: "old" }),
      live === "sse" ? events : page("[2]", { next: "b", stream: "new" }),
    );
    const reader = readerOver({ fetch: script.fetch }, { live });
    expect(await collectUntilError(reader)).toMatchObject({ messages: [1], error: GONE });
  });

  it("is noticed when a cut answer is asked for again", async () => {
    const script = scripted(
      page(inPieces("[1,", new Error("cut")), { next: "a", stream: "old" }),
      page("[7,8,9]", { next: "a", stream: "new", closed: true }),
    );
    expect(await collectUntilError(readerOver({ fetch: script.fetch }))).toMatchObject({ messages: [1], error: GONE });
  });

  it("is noticed by its length where the server tells no identity", async () => {
    const from = { stream: null, offset, index: 3 };
    const { error } = await collectUntilError(
      readerOver({ fetch: scripted(page("[1,2]", { next: "y", closed: true })).fetch }, { from, live: "auto" }),
    );
    expect(error).toMatchObject(GONE);
  });

  it("is what the handle says it is", async () => {
    const seen: string[] = [];
    const script = scripted(page("[1]", { next: "a", closed: true, stream: "s" }));
    await collect(readerOver({ fetch: script.fetch, identify: (id) => seen.push(id) }));
    expect(seen).toEqual(["s"]);
  });
});

describe("an identity", () => {
  it("that an answer leaves out proves nothing", async () => {
    const script = scripted(page("[1]", { next: "a", stream: "s" }), page("[2]", { next: "b", closed: true }));
    const reader = readerOver({ fetch: script.fetch });
    expect(await collect(reader)).toEqual([1, 2]);
    expect(reader.checkpoint?.stream).toBe("s");
  });
});
