import { expect, it } from "vitest";
import { collect, readerOver } from "../reader/reading.ts";
import { controlEvent, dataEvent, eventStream, page, scripted } from "../reader/scripted.ts";

const TAIL = () => page("[]", { next: "a", upToDate: true });

it("a socket error of an event stream is followed by another event stream", async () => {
  const script = scripted(
    TAIL(),
    eventStream(dataEvent("[1]") + controlEvent("b"), new TypeError("terminated")),
    eventStream(dataEvent("[2]") + controlEvent("c", { streamClosed: true })),
  );
  expect(await collect(readerOver({ fetch: script.fetch }, { live: "sse" }))).toEqual([1, 2]);
});

it("falling back to long-poll goes on until the stream is closed", async () => {
  const script = scripted(
    TAIL(),
    new TypeError("terminated"),
    new TypeError("terminated"),
    page("[1]", { next: "b", upToDate: true }),
    page(null, { status: 204, next: "b", upToDate: true }),
    page("[2]", { next: "c", upToDate: true }),
    page(null, { status: 204, next: "c", closed: true }),
  );
  const reader = readerOver({ fetch: script.fetch }, { live: "auto" });
  expect(await collect(reader)).toEqual([1, 2]);
  expect(reader.status).toEqual({ type: "closed" });
});
