import { expect, it } from "vitest";
import { collect, readerOver } from "../reader/reading.ts";
import { controlEvent, dataEvent, eventStream, page, scripted } from "../reader/scripted.ts";

it.each([
  ["breaks off", [new Error("cut")]],
  ["ends", []],
])("an event stream that %s between data and control delivers no message twice", async (_, end) => {
  const script = scripted(
    page("[]", { next: "a", upToDate: true }),
    eventStream(dataEvent("[1,2]"), ...end),
    eventStream(dataEvent("[1,2,3]") + controlEvent("b", { streamClosed: true })),
  );
  const reader = readerOver({ fetch: script.fetch }, { live: "sse" });
  expect(await collect(reader)).toEqual([1, 2, 3]);
  expect(script.queries[2]).toBe("?live=sse&offset=a");
});
