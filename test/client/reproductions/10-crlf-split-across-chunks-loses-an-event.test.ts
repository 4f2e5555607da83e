import { afterAll, beforeAll, expect, it } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { type FaultyNetwork, inPieces, NOWHERE, serveNothing } from "../../support/client/faults/index.ts";
import { collect } from "../reader/reading.ts";
import { page } from "../reader/scripted.ts";

const EVENTS = new TextEncoder().encode(
  'event: data\r\ndata: ["ä"]\r\n\r\nevent: control\r\ndata: {"streamNextOffset":"b"}\r\n\r\n' +
    'event: data\r\ndata: [2]\r\n\r\nevent: control\r\ndata: {"streamNextOffset":"c","streamClosed":true}\r\n\r\n',
);

let pieces: Uint8Array<ArrayBuffer>[] = [];
let network: FaultyNetwork;

beforeAll(() => {
  network = serveNothing({
    "catch-up": () => page("[]", { next: "a", upToDate: true }),
    sse: () => new Response(inPieces(pieces), { headers: { "Content-Type": "text/event-stream" } }),
  });
});

afterAll(() => network[Symbol.dispose]());

const read = (): Promise<unknown[]> => collect(new DurableStream({ url: NOWHERE }).read({ live: "sse" }));

it("a chunk may end before, inside and behind a line end of two characters", async () => {
  const carriageReturns = [...EVENTS.keys()].filter((at) => EVENTS[at] === 0x0d);
  expect(carriageReturns).toHaveLength(12);
  const splits = new Set(carriageReturns.flatMap((at) => [at, at + 1, at + 2]));
  splits.delete(EVENTS.length);
  for (const at of splits) {
    pieces = [EVENTS.subarray(0, at), EVENTS.subarray(at)];
    expect(await read(), `split at ${at}`).toEqual(["ä", 2]);
  }
});

it("every byte may come in a chunk of its own", async () => {
  pieces = Array.from(EVENTS, (byte) => Uint8Array.of(byte));
  expect(await read()).toEqual(["ä", 2]);
});
