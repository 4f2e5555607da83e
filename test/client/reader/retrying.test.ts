import { describe, expect, it } from "vitest";
import type { FailureContext, ReaderStatus } from "../../../src/client/reader/index.ts";
import { scriptedFetch } from "../../support/client/scripted-fetch.ts";
import { FakeClock, settled } from "../../support/fake-clock.ts";
import { AT_ONCE } from "./immediate-clock.ts";
import { collect, collectUntilError, readerOver } from "./reading.ts";
import { inPieces, openEnded, page, scripted } from "./scripted.ts";

const END = () => page("[1]", { next: "z", closed: true });
const refusal = (status: number, headers: Record<string, string> = {}) => new Response(null, { status, headers });

describe("what may heal", () => {
  it("is retried for ever, each time with a status", async () => {
    const statuses: ReaderStatus[] = [];
    const failures = Array.from({ length: 30 }, (_, at) => (at % 2 === 0 ? new TypeError("no") : refusal(503)));
    const reader = readerOver(
      { fetch: scripted(...failures, END()).fetch },
      { onStatus: (status) => statuses.push(status) },
    );
    expect(await collect(reader)).toEqual([1]);
    const retrying = statuses.filter((status) => status.type === "retrying");
    expect(retrying.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
    expect(retrying[0]).toMatchObject({ delayMs: 0, error: { _tag: "TransportError" } });
    expect(retrying[1]).toMatchObject({ error: { _tag: "UnavailableError" } });
    expect(statuses.filter((status) => status.type === "connecting").at(-1)).toMatchObject({ attempt: 31 });
  });

  it("backs off, with the stream's delays unless the reader has its own", async () => {
    const clock = new FakeClock();
    const delays: number[] = [];
    const onStatus = (status: ReaderStatus): void => {
      if (status.type === "retrying") delays.push(status.delayMs);
    };
    const fetch = scripted(refusal(500), refusal(500), refusal(500), END()).fetch;
    const retry = { baseDelayMs: 100, maxDelayMs: 300 };
    const all = collect(readerOver({ fetch, clock, retry }, { onStatus }));
    for (let waits = 0; waits < 3; waits++) {
      await settled();
      await clock.advance(200);
    }
    expect(await all).toEqual([1]);
    expect(delays).toEqual([50, 100, 150]);
    expect(clock.pending).toBe(0);
  });

  it("waits as long as Retry-After asks", async () => {
    const clock = new FakeClock();
    const script = scripted(refusal(429, { "Retry-After": "7" }), END());
    const all = collect(readerOver({ fetch: script.fetch, clock }));
    await settled();
    await clock.advance(6_999);
    expect(script.queries).toHaveLength(1);
    await clock.advance(1);
    expect(await all).toEqual([1]);
  });

  it("begins to count anew when something has arrived", async () => {
    const attempts: number[] = [];
    const script = scripted(
      new TypeError("1"),
      new TypeError("2"),
      page(inPieces("[1,", new Error("cut")), { next: "a" }),
      page(inPieces("[1,2,", new Error("cut")), { next: "a" }),
      page("[1,2,3]", { next: "a", closed: true }),
    );
    const reader = readerOver(
      { fetch: script.fetch },
      {
        onError: (_, { attempt }) => {
          attempts.push(attempt);
          return undefined;
        },
      },
    );
    expect(await collect(reader)).toEqual([1, 2, 3]);
    expect(attempts).toEqual([1, 2, 1, 1]);
  });

  it("is thrown as it was when maxAttempts have failed in a row", async () => {
    const script = scriptedFetch(refusal(503));
    const reader = readerOver({ fetch: script.fetch }, { retry: { maxAttempts: 3 } });
    const { error } = await collectUntilError(reader);
    expect(error).toMatchObject({ _tag: "UnavailableError" });
    expect(script.requests).toHaveLength(3);
    expect(reader.status).toEqual({ type: "failed", error });
  });

  it("counts as one of a row when nothing came at all, however long that took", async () => {
    const clock = new FakeClock();
    const silence = () => page(openEnded([]), { next: "a" });
    const script = scripted(() => new Promise(() => {}), silence, silence, END);
    const retry = { ...AT_ONCE, maxAttempts: 3 };
    const all = collectUntilError(readerOver({ fetch: script.fetch, clock }, { retry, silenceMs: 30_000 }));
    for (let attempt = 0; attempt < 3; attempt++) {
      await settled();
      await clock.advance(30_000);
    }
    expect((await all).error).toMatchObject({ _tag: "TransportError", cause: { name: "TimeoutError" } });
    expect(script.requests).toHaveLength(3);
  });

  it("is the first of a row behind a connection that lived, though it brought nothing new", async () => {
    const clock = new FakeClock();
    const attempts: number[] = [];
    const beats: (() => void)[] = [];
    const beating = () =>
      new Response(
        new ReadableStream<Uint8Array>({
          start: (controller) => void beats.push(() => controller.enqueue(new TextEncoder().encode(":\n\n"))),
        }),
        { headers: { "Content-Type": "text/event-stream" } },
      );
    const tail = page("[]", { next: "a", upToDate: true });
    const script = scripted(tail, beating, beating, beating, beating);
    const reader = readerOver(
      { fetch: script.fetch, clock },
      {
        live: "sse",
        silenceMs: 30_000,
        retry: { ...AT_ONCE, maxAttempts: 2 },
        onError: (_, { attempt }) => void attempts.push(attempt),
      },
    );
    const all = collect(reader);
    for (let connection = 0; connection < 3; connection++) {
      await settled();
      await clock.advance(20_000);
      beats[connection]?.();
      await settled();
      await clock.advance(30_000);
    }
    expect(attempts).toEqual([1, 1, 1]);
    reader.cancel();
    await all;
  });
});

describe("what cannot heal", () => {
  it.each([
    [400, "InvalidRequestError"],
    [401, "UnauthorizedError"],
    [403, "ForbiddenError"],
    [404, "StreamNotFoundError"],
    [405, "MethodNotAllowedError"],
    [410, "StreamGoneError"],
  ])("with %i is thrown at once as %s, in every mode", async (status, tag) => {
    for (const live of [false, "long-poll", "sse"] as const) {
      const atStart = await collectUntilError(readerOver({ fetch: scripted(refusal(status)).fetch }, { live }));
      expect(atStart.error).toMatchObject({ _tag: tag });
      if (live === false) continue;
      const script = scripted(page("[1]", { next: "a", upToDate: true }), refusal(status));
      const later = await collectUntilError(readerOver({ fetch: script.fetch }, { live }));
      expect(later).toMatchObject({ messages: [1], error: { _tag: tag } });
    }
  });

  it("is retried when onError says so", async () => {
    const script = scripted(refusal(404), refusal(401), END());
    expect(await collect(readerOver({ fetch: script.fetch }, { onError: () => "retry" }))).toEqual([1]);
  });
});

describe("onError", () => {
  it("may make an end of what would heal", async () => {
    const script = scripted(new TypeError("no"));
    const { error } = await collectUntilError(
      readerOver({ fetch: script.fetch }, { onError: async () => "throw" as const }),
    );
    expect(error).toMatchObject({ _tag: "TransportError" });
  });

  it("is told what happens by default", async () => {
    const seen: [unknown, FailureContext][] = [];
    const script = scripted(new TypeError("no"), refusal(404));
    await collectUntilError(
      readerOver(
        { fetch: script.fetch },
        {
          onError: (error, context) => {
            seen.push([error, context]);
            return undefined;
          },
        },
      ),
    );
    expect(seen).toMatchObject([
      [{ _tag: "TransportError" }, { attempt: 1, willRetry: true }],
      [{ _tag: "StreamNotFoundError" }, { attempt: 2, willRetry: false }],
    ]);
  });

  it("ends the iteration with what it throws", async () => {
    const own = new Error("own");
    const onError = () => {
      throw own;
    };
    const { error } = await collectUntilError(readerOver({ fetch: scripted(refusal(503)).fetch }, { onError }));
    expect(error).toBe(own);
  });
});

describe("a signal", () => {
  const reason = new Error("enough");

  it("ends a wait for the answer, for the body, and for the next attempt", async () => {
    const answers = [
      () => new Promise<Response>(() => {}),
      page(new ReadableStream({ pull: () => new Promise(() => {}) }), { next: "a" }),
      refusal(503),
    ];
    for (const answer of answers) {
      const clock = new FakeClock();
      const stop = new AbortController();
      const all = collectUntilError(
        readerOver({ fetch: scripted(answer).fetch, clock, retry: { baseDelayMs: 9_000 } }, { signal: stop.signal }),
      );
      await settled();
      stop.abort(reason);
      expect((await all).error).toBe(reason);
      expect(clock.pending).toBe(0);
    }
  });

  it("that was aborted before prevents the request", async () => {
    const script = scripted(END());
    const { error } = await collectUntilError(
      readerOver({ fetch: script.fetch }, { signal: AbortSignal.abort(reason) }),
    );
    expect(error).toBe(reason);
    expect(script.requests).toHaveLength(0);
  });

  it("of the stream's handle ends its readers", async () => {
    const stop = new AbortController();
    const script = scripted(page("[1]", { next: "a", upToDate: true }));
    const reader = readerOver({ fetch: script.fetch, signal: stop.signal }, { live: "long-poll" });
    const all = collectUntilError(reader);
    await settled();
    stop.abort(reason);
    expect(await all).toEqual({ messages: [1], error: reason });
  });

  it("stops between two messages of a batch, behind the one in hand", async () => {
    const stop = new AbortController();
    const reader = readerOver({ fetch: scripted(page("[1,2,3]", { next: "a" })).fetch }, { signal: stop.signal });
    const seen: unknown[] = [];
    const reading = async () => {
      for await (const message of reader) {
        seen.push(message);
        if (message === 2) stop.abort(reason);
      }
    };
    await expect(reading()).rejects.toBe(reason);
    expect(seen).toEqual([1, 2]);
    expect(reader.checkpoint).toMatchObject({ offset: "-1", index: 2 });
  });
});
