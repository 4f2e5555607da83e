import { describe, expect, test } from "vitest";
import { type Checkpoint, DurableStream, type LiveMode } from "../../../src/client/index.ts";
import { answered, cut, type Fault, lost, serveWith } from "../../support/client/faults/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { AT_ONCE } from "../reader/immediate-clock.ts";
import { collect } from "../reader/reading.ts";

const MESSAGES = [{ a: [1, "]}"] }, [[], [2]], "ä€😀", null, 12_345, String.raw`"[,]\\"`, { end: true }];
const MODES: readonly LiveMode[] = [false, "long-poll", "sse", "auto"];

/** Bad luck of every kind, one after the other. */
const TROUBLE: readonly Fault[] = [
  cut({ behind: 1 }),
  lost,
  cut({ behind: 20, looksLike: "end" }),
  answered(500),
  cut({ behind: 33 }),
  answered(429, { "Retry-After": "0" }),
  cut({ behind: 48 }),
];

describe.each(MODES)("a reader on a bad network, live: %j", (live) => {
  test("delivers every message once", async () => {
    await using server = await serveWith(
      { "catch-up": TROUBLE, "long-poll": TROUBLE, sse: TROUBLE },
      { maxReadBytes: 50, sseBatchBytes: 50 },
    );
    const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
    await stream.create();
    for (const message of MESSAGES.slice(0, 3)) await stream.append(message);
    const seen: unknown[] = [];
    const write = async (): Promise<void> => {
      for (const message of MESSAGES.slice(3)) await stream.append(message);
      await stream.close();
    };
    if (live === false) await write();
    for await (const message of stream.read({ live })) {
      seen.push(message);
      if (live !== false && seen.length === 1) await write();
    }
    expect(seen).toEqual(MESSAGES);
    expect(server.requests.filter(({ operation }) => operation !== "append").length).toBeGreaterThan(TROUBLE.length);
  });

  test("delivers every message once to readers that go on from each other's checkpoints", async () => {
    await using server = await serveWith(
      { "catch-up": TROUBLE, "long-poll": TROUBLE, sse: TROUBLE },
      { maxReadBytes: 50, sseBatchBytes: 50 },
    );
    const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
    await stream.create({ messages: MESSAGES, closed: true });
    const seen: unknown[] = [];
    let stored = "null";
    for (let readers = 0; readers <= MESSAGES.length; readers++) {
      const from: Checkpoint | null = JSON.parse(stored);
      const reader = stream.read({ live, limit: 1, from: from ?? "start" });
      for await (const message of reader) {
        seen.push(message);
        stored = JSON.stringify(reader.checkpoint);
      }
    }
    expect(seen).toEqual(MESSAGES);
  });
});

test("a reader waits as long as a 429 asks, and not longer", async () => {
  await using server = await serveWith({ "catch-up": [answered(429, { "Retry-After": "7" })] });
  const clock = new FakeClock();
  const stream = new DurableStream({ url: server.streamUrl(), clock, retry: AT_ONCE });
  await stream.create({ messages: [1], closed: true });
  const refused = Promise.withResolvers<void>();
  const all = collect(stream.read({ onStatus: ({ type }) => void (type === "retrying" && refused.resolve()) }));
  await refused.promise;
  await clock.advance(6_999);
  expect(server.sent("catch-up")).toHaveLength(1);
  await clock.advance(1);
  expect(await all).toEqual([1]);
});
