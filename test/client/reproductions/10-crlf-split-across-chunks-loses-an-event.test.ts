import { expect, it } from "vitest";
import { collect, readerOver } from "../reader/reading.ts";
import { eventStream, page, scripted } from "../reader/scripted.ts";

const EVENTS =
  'event: data\r\ndata: ["ä"]\r\n\r\nevent: control\r\ndata: {"streamNextOffset":"b"}\r\n\r\n' +
  'event: data\r\ndata: [2]\r\n\r\nevent: control\r\ndata: {"streamNextOffset":"c","streamClosed":true}\r\n\r\n';

it("line ends of two characters may be split across chunks anywhere", async () => {
  const bytes = new TextEncoder().encode(EVENTS);
  for (let at = 0; at <= bytes.length; at++) {
    const events = eventStream(bytes.subarray(0, at), bytes.subarray(at));
    const script = scripted(page("[]", { next: "a", upToDate: true }), events);
    expect(await collect(readerOver({ fetch: script.fetch }, { live: "sse" })), `split at ${at}`).toEqual(["ä", 2]);
  }
});

it("every byte may come in a chunk of its own", async () => {
  const bytes = new TextEncoder().encode(EVENTS);
  const events = eventStream(...Array.from(bytes, (byte) => Uint8Array.of(byte)));
  const script = scripted(page("[]", { next: "a", upToDate: true }), events);
  expect(await collect(readerOver({ fetch: script.fetch }, { live: "sse" }))).toEqual(["ä", 2]);
});
