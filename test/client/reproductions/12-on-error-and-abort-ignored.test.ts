import { expect, it } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { answered, cut, lost, NOWHERE, serveNothing, serveWith } from "../../support/client/faults/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { AT_ONCE } from "../reader/immediate-clock.ts";
import { collectUntilError } from "../reader/reading.ts";

it("onError hears of every failure, not only of the first response", async () => {
  const { promise: once, resolve: arrived } = Promise.withResolvers<void>();
  await using server = await serveWith({
    "catch-up": [cut({ behind: 3 })],
    sse: [cut({ behind: /\[3\]\n\n/, once }), answered(503), cut({ behind: /\[3\]\n\n.*\n.*\n\n/ }), answered(401)],
  });
  const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
  await stream.create({ messages: [1, 2] });
  const heard: unknown[] = [];
  const reader = stream.read({
    live: "sse",
    onError: async (error) => {
      heard.push(error);
      if (heard.length === 5) await stream.close();
      return "retry" as const;
    },
  });
  const seen: unknown[] = [];
  for await (const message of reader) {
    seen.push(message);
    if (message === 2) await stream.append(3);
    if (message === 3) arrived();
  }
  expect(seen).toEqual([1, 2, 3]);
  expect(heard).toMatchObject([
    { _tag: "TransportError" },
    { _tag: "TransportError" },
    { _tag: "UnavailableError" },
    { _tag: "TransportError" },
    { _tag: "UnauthorizedError" },
  ]);
});

it("an abort during a backoff wait ends the wait", async () => {
  using _ = serveNothing({ any: lost });
  const clock = new FakeClock();
  const retry = { baseDelayMs: 60_000, maxDelayMs: 60_000 };
  const stream = new DurableStream({ url: NOWHERE, clock, random: () => 0.5, retry });
  const stop = new AbortController();
  const waits: number[] = [];
  const reader = stream.read({
    signal: stop.signal,
    onStatus: (status) => {
      if (status.type !== "retrying") return;
      waits.push(status.delayMs);
      // Once the wait has begun.
      setTimeout(() => stop.abort(new Error("enough")), 0);
    },
  });
  expect(await collectUntilError(reader)).toMatchObject({ messages: [], error: { message: "enough" } });
  expect([waits, clock.pending]).toEqual([[30_000], 0]);
});
