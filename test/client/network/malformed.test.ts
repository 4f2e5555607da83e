import { describe, expect, test } from "vitest";
import { DurableStream, type LiveMode } from "../../../src/client/index.ts";
import { captivePortal, type Fault, NOWHERE, type Script, serveNothing } from "../../support/client/faults/index.ts";
import { AT_ONCE } from "../reader/immediate-clock.ts";
import { page } from "../reader/scripted.ts";
import { outcome } from "./outcome.ts";

const MALFORMED = { _tag: "MalformedResponseError" };
const MODES: readonly LiveMode[] = [false, "long-poll", "sse", "auto"];

/** What a loop over a stream gets whose answers are these, and how it ends. */
async function readAll(script: Script, live: LiveMode) {
  using _ = serveNothing(script);
  return await outcome(new DurableStream({ url: NOWHERE, retry: AT_ONCE }), live);
}

const tail: Fault = () => page("[]", { next: "a", upToDate: true });
const events =
  (text: string): Fault =>
  () =>
    new Response(text, { headers: { "Content-Type": "text/event-stream" } });

describe.each(MODES)("a reader throws, live: %j,", (live) => {
  test("what JSON that is truncated at its true end is", async () => {
    const truncated: Fault = () => page('[1,{"a":[2', { next: "a", closed: true });
    expect(await readAll({ any: truncated }, live)).toMatchObject({ messages: [1], error: MALFORMED });
  });

  test("for a page without an offset", async () => {
    const nowhere: Fault = () => new Response("[1]", { headers: { "Content-Type": "application/json" } });
    expect(await readAll({ any: nowhere }, live)).toMatchObject({ messages: [], error: MALFORMED });
  });

  test("for a captive portal, at the start and later", async () => {
    expect(await readAll({ any: captivePortal }, live)).toMatchObject({ messages: [], error: MALFORMED });
    const first: Fault = () => page("[1]", { next: "a", upToDate: live !== false });
    const later = { any: captivePortal, "catch-up": [first, captivePortal, captivePortal] };
    expect(await readAll(later, live)).toMatchObject({ messages: [1], error: MALFORMED });
  });
});

describe("a reader of events", () => {
  test.each([
    ["that is no JSON", "event: control\ndata: {oops\n\n"],
    ["that is no object", "event: control\ndata: 7\n\n"],
    ["without an offset", 'event: control\ndata: {"streamCursor":"1"}\n\n'],
    ["whose offset is none", 'event: control\ndata: {"streamNextOffset":"now"}\n\n'],
  ])("throws for a control event %s", async (_, control) => {
    const sse = events(`event: data\ndata: [1]\n\n${control}`);
    // Whether the data before it was handed out depends on how it arrived; twice it never is.
    const { messages, error } = await readAll({ "catch-up": tail, sse }, "sse");
    expect(error).toMatchObject(MALFORMED);
    expect(messages.length).toBeLessThanOrEqual(1);
  });

  test("does not mind a control event with a field that it does not know", async () => {
    const control = JSON.stringify({ streamNextOffset: "b", streamClosed: true, streamMood: { cheerful: true } });
    const sse = events(`event: data\ndata: [1]\n\nevent: control\ndata: ${control}\n\n`);
    expect(await readAll({ "catch-up": tail, sse }, "sse")).toEqual({ messages: [1], error: undefined });
  });

  test("does not mind an event of a type that it does not know", async () => {
    const control = JSON.stringify({ streamNextOffset: "b", streamClosed: true });
    const sse = events(`event: mood\ndata: [1\n\nevent: control\ndata: ${control}\n\n`);
    expect(await readAll({ "catch-up": tail, sse }, "sse")).toEqual({ messages: [], error: undefined });
  });
});

test.each<[string, (stream: DurableStream) => Promise<unknown>]>([
  ["create", (stream) => stream.create()],
  ["head", (stream) => stream.head()],
  ["append", (stream) => stream.append(1)],
  ["close", (stream) => stream.close()],
  ["producer.append", (stream) => stream.producer({ id: "p" }).append(1)],
  ["producer.close", (stream) => stream.producer({ id: "p" }).close({ closeStream: true })],
])("%s rejects for a captive portal, and asks once", async (_, operation) => {
  using network = serveNothing({ any: captivePortal });
  await expect(operation(new DurableStream({ url: NOWHERE }))).rejects.toMatchObject(MALFORMED);
  expect(network.requests).toHaveLength(1);
});
