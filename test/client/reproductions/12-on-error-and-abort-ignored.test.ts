import { expect, it } from "vitest";
import { FakeClock, settled } from "../../support/fake-clock.ts";
import { collect, collectUntilError, readerOver } from "../reader/reading.ts";
import { controlEvent, dataEvent, eventStream, inPieces, page, scripted } from "../reader/scripted.ts";

it("onError hears of every failure, not only of the first response", async () => {
  const heard: unknown[] = [];
  const script = scripted(
    page(inPieces("[1,", new Error("cut")), { next: "a" }),
    page("[1,2]", { next: "a", upToDate: true }),
    eventStream(dataEvent("[3]"), new Error("cut")),
    new Response(null, { status: 503 }),
    eventStream(dataEvent("[3]") + controlEvent("b"), new Error("cut")),
    new Response(null, { status: 401 }),
    eventStream(controlEvent("b", { streamClosed: true })),
  );
  const reader = readerOver(
    { fetch: script.fetch },
    {
      live: "sse",
      onError: (error) => {
        heard.push(error);
        return "retry";
      },
    },
  );
  expect(await collect(reader)).toEqual([1, 2, 3]);
  expect(heard).toMatchObject([
    { _tag: "TransportError" },
    { _tag: "TransportError" },
    { _tag: "UnavailableError" },
    { _tag: "TransportError" },
    { _tag: "UnauthorizedError" },
  ]);
});

it("an abort during a backoff wait ends the wait", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const retry = { baseDelayMs: 60_000, maxDelayMs: 60_000 };
  const reader = readerOver(
    { fetch: scripted(new TypeError("offline")).fetch, clock, retry },
    { signal: stop.signal, live: "auto" },
  );
  const ended = collectUntilError(reader);
  await settled();
  expect(reader.status).toMatchObject({ type: "retrying", delayMs: 30_000 });
  stop.abort(new Error("enough"));
  expect(await ended).toMatchObject({ messages: [], error: { message: "enough" } });
  expect(clock.pending).toBe(0);
});
