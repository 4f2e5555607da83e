import { afterEach, describe, expect, test } from "vitest";
import { DurableStream, type LiveMode } from "../../src/client/index.ts";
import { type FetchHandler, type NodeServer, serveFetchHandler } from "../support/node-server.ts";

const JSON_TYPE = "application/json";
const MALFORMED = { _tag: "MalformedResponseError" };
const MODES: readonly LiveMode[] = [false, "long-poll", "sse", "auto"];

let server: NodeServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** A handle on a stream whose server answers as it is told; whatever hangs ends with a TimeoutError. */
async function streamAt(handler: FetchHandler): Promise<DurableStream> {
  server = await serveFetchHandler(handler);
  const retry = { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 1 };
  return new DurableStream({ url: `${server.origin}/stream`, retry, signal: AbortSignal.timeout(10_000) });
}

/** What a loop over the stream got, and how it ended. */
async function readAll(stream: DurableStream, live: LiveMode): Promise<{ messages: unknown[]; error: unknown }> {
  const messages: unknown[] = [];
  try {
    for await (const message of stream.read({ live })) messages.push(message);
    return { messages, error: undefined };
  } catch (error) {
    return { messages, error };
  }
}

function page(body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, { headers: { "Content-Type": JSON_TYPE, "Stream-Next-Offset": "a", ...headers } });
}

const tail = (): Response => page("[]", { "Stream-Up-To-Date": "true" });
const isLive = ({ url }: Request): boolean => new URL(url).searchParams.has("live");

/** A page up to the tail, and these events behind it. */
const eventsBehindTail =
  (events: string): FetchHandler =>
  async (request) =>
    isLive(request) ? new Response(events, { headers: { "Content-Type": "text/event-stream" } }) : tail();

const portal: FetchHandler = async () =>
  new Response("<!doctype html><title>Log in</title>", { headers: { "Content-Type": "text/html" } });

const redirecting: FetchHandler = async ({ url }) =>
  new Response(null, { status: 307, headers: { Location: `/${Number(new URL(url).pathname.slice(1)) || 0}x` } });

describe("a reader, over a real connection", () => {
  test.each(MODES)("throws what JSON that is truncated at its true end is, live: %j", async (live) => {
    const stream = await streamAt(async () => page('[1,{"a":[2', { "Stream-Closed": "true" }));
    expect(await readAll(stream, live)).toMatchObject({ messages: [1], error: MALFORMED });
  });

  test.each(MODES)("throws for a page without an offset, live: %j", async (live) => {
    const stream = await streamAt(async () => new Response("[1]", { headers: { "Content-Type": JSON_TYPE } }));
    expect(await readAll(stream, live)).toMatchObject({ messages: [], error: MALFORMED });
  });

  test.each(MODES)("throws for a captive portal, live: %j", async (live) => {
    expect(await readAll(await streamAt(portal), live)).toMatchObject({ messages: [], error: MALFORMED });
  });

  test.each(MODES)("throws for endless redirects, live: %j", async (live) => {
    expect(await readAll(await streamAt(redirecting), live)).toMatchObject({ messages: [], error: MALFORMED });
  });

  test.each([
    ["that is no JSON", "event: control\ndata: {oops\n\n"],
    ["that is no object", "event: control\ndata: 7\n\n"],
    ["without an offset", 'event: control\ndata: {"streamCursor":"1"}\n\n'],
    ["whose offset is none", 'event: control\ndata: {"streamNextOffset":"now"}\n\n'],
  ])("throws for a control event %s", async (_, events) => {
    const stream = await streamAt(eventsBehindTail(`event: data\ndata: [1]\n\n${events}`));
    // Whether the data before it was handed out depends on how it arrived; twice it never is.
    const { messages, error } = await readAll(stream, "sse");
    expect(error).toMatchObject(MALFORMED);
    expect(messages.length).toBeLessThanOrEqual(1);
  });

  test("does not mind a control event with a field that it does not know", async () => {
    const control = JSON.stringify({ streamNextOffset: "b", streamClosed: true, streamMood: { cheerful: true } });
    const stream = await streamAt(eventsBehindTail(`event: data\ndata: [1]\n\nevent: control\ndata: ${control}\n\n`));
    expect(await readAll(stream, "sse")).toEqual({ messages: [1], error: undefined });
  });

  test("does not mind an event of a type that it does not know", async () => {
    const control = JSON.stringify({ streamNextOffset: "b", streamClosed: true });
    const stream = await streamAt(eventsBehindTail(`event: mood\ndata: [1\n\nevent: control\ndata: ${control}\n\n`));
    expect(await readAll(stream, "sse")).toEqual({ messages: [], error: undefined });
  });
});

describe("whoever writes, over a real connection", () => {
  const operations: [string, (stream: DurableStream) => Promise<unknown>][] = [
    ["create", (stream) => stream.create()],
    ["head", (stream) => stream.head()],
    ["append", (stream) => stream.append(1)],
    ["close", (stream) => stream.close()],
    ["producer.append", (stream) => stream.producer({ id: "p" }).append(1)],
    ["producer.close", (stream) => stream.producer({ id: "p" }).close({ closeStream: true })],
  ];

  test.each(operations)("%s rejects for a captive portal", async (_, operation) => {
    await expect(operation(await streamAt(portal))).rejects.toMatchObject(MALFORMED);
  });

  test.each(operations)("%s rejects for endless redirects", async (_, operation) => {
    await expect(operation(await streamAt(redirecting))).rejects.toMatchObject(MALFORMED);
  });
});
