import { describe, expect, it } from "vitest";
import type { Checkpoint } from "../../../src/client/reader/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { collect, collectUntilError, readerOver } from "./reading.ts";
import { controlEvent, dataEvent, inPieces, openEnded, openEventStream, page, scripted } from "./scripted.ts";

describe("one iterator at a time", () => {
  it("is the rule, and a second one says so without disturbing the first", async () => {
    const reader = readerOver({ fetch: scripted(page("[1,2]", { next: "a", closed: true })).fetch });
    const seen: unknown[] = [];
    for await (const message of reader) {
      seen.push(message);
      await expect(collect(reader)).rejects.toThrow("iterated already");
      await expect(collect(reader.batches())).rejects.toThrow(TypeError);
    }
    expect(seen).toEqual([1, 2]);
  });

  it("leaves the reader to the next one, which goes on behind the last message in hand", async () => {
    const script = scripted(page("[1,2,3]", { next: "a" }), page("[1,2,3]", { next: "a", closed: true }));
    const reader = readerOver({ fetch: script.fetch });
    for await (const message of reader) if (message === 2) break;
    expect(reader.checkpoint).toMatchObject({ offset: "-1", index: 2 });
    expect(await collect(reader)).toEqual([3]);
  });
});

describe("leaving the loop", () => {
  it.each(["break", "throw"])("with %s cancels the request", async (how) => {
    let left = 0;
    const body = openEnded(["[1,"], () => {
      left += 1;
    });
    const script = scripted(page(body, { next: "a" }));
    const reader = readerOver({ fetch: script.fetch });
    const leave = async () => {
      for await (const _ of reader) {
        if (how === "throw") throw new Error("own");
        break;
      }
    };
    await leave().catch(() => {});
    await settled();
    expect(left).toBe(1);
    expect(reader.status).toEqual({ type: "stopped" });
  });

  it("by await using cancels the request", async () => {
    let left = 0;
    const response = page(
      openEnded(["[1,"], () => {
        left += 1;
      }),
      { next: "a" },
    );
    {
      await using reader = readerOver({ fetch: scripted(response).fetch });
      const iterator = reader[Symbol.asyncIterator]();
      expect(await iterator.next()).toEqual({ done: false, value: 1 });
    }
    await settled();
    expect(left).toBe(1);
  });

  it("by cancel ends a loop that waits, without an error", async () => {
    const script = scripted(page("[1]", { next: "a", upToDate: true }), openEventStream([]));
    const reader = readerOver({ fetch: script.fetch }, { live: "sse" });
    const all = collect(reader);
    await settled();
    reader.cancel();
    expect(await all).toEqual([1]);
  });
});

describe("next", () => {
  it("answers calls that do not wait for one another in order", async () => {
    const body = inPieces("[1,2,", "3,", "4]");
    const reader = readerOver({ fetch: scripted(page(body, { next: "a", closed: true })).fetch });
    const iterator = reader[Symbol.asyncIterator]();
    const results = await Promise.all(Array.from({ length: 6 }, () => iterator.next()));
    expect(results.map(({ value }) => value)).toEqual([1, 2, 3, 4, undefined, undefined]);
    expect(results.map(({ done }) => done)).toEqual([false, false, false, false, true, true]);
  });

  it("hands out undefined and null like any other value", async () => {
    const parse = (text: string) => (text === "1" ? undefined : null);
    const reader = readerOver({ fetch: scripted(page("[1,2]", { next: "a", closed: true })).fetch, parse });
    expect(await collect(reader)).toEqual([undefined, null]);
  });
});

describe("a limit", () => {
  it("ends the iteration after so many messages, and the next one goes on", async () => {
    const pages = () => page("[1,2,3,4,5]", { next: "a", closed: true });
    const reader = readerOver({ fetch: scripted(pages(), pages(), pages()).fetch }, { limit: 2 });
    expect(await collect(reader)).toEqual([1, 2]);
    expect(await collect(reader)).toEqual([3, 4]);
    expect(await collect(reader)).toEqual([5]);
  });

  it("cuts the last batch", async () => {
    const reader = readerOver({ fetch: scripted(page(inPieces("[1,2,", "3,4]"), { next: "a" })).fetch }, { limit: 3 });
    const batches = await collect(reader.batches());
    expect(batches.map(({ messages }) => messages)).toEqual([[1, 2], [3]]);
    expect(batches.at(-1)?.checkpoint).toEqual({ stream: null, offset: "-1", index: 3 });
    expect(reader.checkpoint).toEqual(batches.at(-1)?.checkpoint);
  });

  it.each([0, -1, 0.5, Number.NaN])("of %d is refused", (limit) => {
    expect(() => readerOver({}, { limit })).toThrow(RangeError);
  });
});

describe("batches", () => {
  it("come as they arrive, each with the position behind it", async () => {
    const body = inPieces("[1,2,", "3,", "4]");
    const reader = readerOver({ fetch: scripted(page(body, { next: "a", stream: "s", closed: true })).fetch });
    const seen: unknown[] = [];
    for await (const { messages, checkpoint } of reader.batches()) {
      seen.push([messages, checkpoint]);
      expect(reader.checkpoint).toEqual(checkpoint);
    }
    expect(seen).toEqual([
      [[1, 2], { stream: "s", offset: "-1", index: 2 }],
      [[3], { stream: "s", offset: "-1", index: 3 }],
      [[4], { stream: "s", offset: "a", index: 0 }],
    ]);
  });

  it("stand at the offset when an event came with its control event", async () => {
    const events =
      dataEvent("[1,2]") + controlEvent("b") + dataEvent("[3]") + controlEvent("c", { streamClosed: true });
    const script = scripted(page("[]", { next: "a", upToDate: true }), openEventStream([events]));
    const reader = readerOver({ fetch: script.fetch }, { live: "sse" });
    const batches = await collect(reader.batches());
    expect(batches.map(({ checkpoint }) => checkpoint.offset)).toEqual(["b", "c"]);
  });
});

describe("readable", () => {
  it("yields the messages, and reads nothing before somebody asks", async () => {
    const script = scripted(page("[1,2]", { next: "a", closed: true }));
    const stream = readerOver({ fetch: script.fetch }).readable();
    await settled();
    expect(script.requests).toHaveLength(0);
    const seen: unknown[] = [];
    for await (const message of stream) seen.push(message);
    expect(seen).toEqual([1, 2]);
  });

  it("cancels a request that is waited for", async () => {
    let left = 0;
    const response = page(
      openEnded(["[1,"], () => {
        left += 1;
      }),
      { next: "a" },
    );
    const source = readerOver({ fetch: scripted(response).fetch });
    const reader = source.readable().getReader();
    expect((await reader.read()).value).toBe(1);
    const pending = reader.read();
    await settled();
    await reader.cancel();
    expect((await pending).done).toBe(true);
    expect(left).toBe(1);
    expect(source.checkpoint).toMatchObject({ index: 1 });
  });

  it("fails with what the reading fails with", async () => {
    const stream = readerOver({ fetch: scripted(new Response(null, { status: 404 })).fetch }).readable();
    await expect(stream.getReader().read()).rejects.toMatchObject({ _tag: "StreamNotFoundError" });
  });
});

describe("the checkpoint", () => {
  it("inside the loop's body is the position just behind the message in hand", async () => {
    const body = inPieces("[1,2,", "3]");
    const reader = readerOver({ fetch: scripted(page(body, { next: "a", closed: true })).fetch });
    const seen: [unknown, Checkpoint | undefined][] = [];
    for await (const message of reader) seen.push([message, reader.checkpoint]);
    expect(seen).toEqual([
      [1, { stream: null, offset: "-1", index: 1 }],
      [2, { stream: null, offset: "-1", index: 2 }],
      [3, { stream: null, offset: "a", index: 0 }],
    ]);
  });

  it("does not run ahead of the consumer while more arrives", async () => {
    const script = scripted(page("[1]", { next: "a", upToDate: true }), openEventStream([dataEvent("[2,3]")]));
    const reader = readerOver({ fetch: script.fetch }, { live: "sse" });
    const iterator = reader[Symbol.asyncIterator]();
    await iterator.next();
    await settled();
    expect(reader.checkpoint).toMatchObject({ offset: "a", index: 0 });
    await iterator.next();
    await settled();
    expect(reader.checkpoint).toMatchObject({ offset: "a", index: 1 });
    reader.cancel();
  });
});

describe("caught up", () => {
  it("is the last message up to the tail, once it was handed out, and not the one before", async () => {
    const script = scripted(
      page("[1]", { next: "a" }),
      page("[2,3]", { next: "b", upToDate: true }),
      openEventStream([]),
    );
    const reader = readerOver({ fetch: script.fetch }, { live: "sse" });
    const seen: unknown[] = [];
    for await (const message of reader) {
      seen.push([message, reader.isCaughtUp]);
      if (message === 3) break;
    }
    expect(seen).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    await reader.caughtUp();
  });

  it("is left when more arrives and reached again behind it", async () => {
    const events = dataEvent("[1,2]") + controlEvent("b", { upToDate: true });
    const script = scripted(page("[]", { next: "a", upToDate: true }), openEventStream([events]));
    const reader = readerOver({ fetch: script.fetch }, { live: "sse", limit: 2 });
    const seen: unknown[] = [];
    for await (const message of reader) seen.push([message, reader.isCaughtUp]);
    expect(seen).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  it("rejects with what ended the reading before", async () => {
    const reader = readerOver({ fetch: scripted(new Response(null, { status: 410 })).fetch });
    const caughtUp = reader.caughtUp();
    const { error } = await collectUntilError(reader);
    await expect(caughtUp).rejects.toBe(error);
    await expect(reader.caughtUp()).rejects.toBe(error);
  });

  it("can be waited for again in the next iteration", async () => {
    const reader = readerOver({
      fetch: scripted(page("[1,2]", { next: "a" }), page("[1,2]", { next: "a", closed: true })).fetch,
    });
    for await (const _ of reader) break;
    await expect(reader.caughtUp()).rejects.toMatchObject({ name: "AbortError" });
    await collect(reader);
    await reader.caughtUp();
  });
});
