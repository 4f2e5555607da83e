import { expect, it } from "vitest";
import { settled } from "../../support/fake-clock.ts";
import { readerOver } from "./reading.ts";
import { page, scripted } from "./scripted.ts";

const PIECE = new TextEncoder().encode(`{"pad":"${"x".repeat(990)}"},`.repeat(64));

/** A JSON page of so many pieces, made as they are asked for, and how many were. */
function pageOf(pieces: number) {
  const asked = { pieces: 0 };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (asked.pieces === 0) controller.enqueue(new TextEncoder().encode("[0,"));
        asked.pieces += 1;
        if (asked.pieces <= pieces) return controller.enqueue(PIECE);
        controller.enqueue(new TextEncoder().encode("0]"));
        return controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return { asked, response: page(body, { next: "a", closed: true }) };
}

it("a reader that nobody reads from asks its body for nothing", async () => {
  const { asked, response } = pageOf(1_000);
  const reader = readerOver({ fetch: scripted(response).fetch });
  const messages = reader[Symbol.asyncIterator]();
  for (let taken = 0; taken <= 640; taken++) await messages.next();
  const sofar = asked.pieces;
  expect(sofar).toBeLessThan(13);
  await settled();
  expect(asked.pieces).toBe(sofar);
  await messages.return?.();
});

it("a page of any size passes through in constant memory", async () => {
  const PIECES = 4_000;
  const reader = readerOver({ fetch: scripted(pageOf(PIECES).response).fetch });
  let messages = 0;
  let peak = 0;
  let before = 0;
  for await (const _ of reader) {
    messages += 1;
    if (messages === 10_000) before = process.memoryUsage().rss;
    if (messages % 4_000 === 0) peak = Math.max(peak, process.memoryUsage().rss);
  }
  expect(messages).toBe(PIECES * 64 + 2);
  // 256 MB have passed.
  expect((peak - before) / 2 ** 20).toBeLessThan(96);
});
