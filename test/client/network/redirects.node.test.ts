import { describe, expect, test } from "vitest";
import { DurableStream, type LiveMode } from "../../../src/client/index.ts";
import { answered, type Fault, NOWHERE, serveNothing } from "../../support/client/faults/index.ts";
import { AT_ONCE } from "../reader/immediate-clock.ts";
import { outcome } from "./outcome.ts";

// A `fetch` follows redirects by itself, and only in Node can a script get beneath it.

const MALFORMED = { _tag: "MalformedResponseError" };
const ELSEWHERE = `${NOWHERE}-elsewhere`;

const endless: Fault = ({ request }) => new Response(null, { status: 307, headers: { Location: `${request.url}x` } });
const onItself: Fault = ({ request }) => new Response(null, { status: 302, headers: { Location: request.url } });

/** Sends whoever asks elsewhere, and lets somebody answer there. */
const redirecting =
  (status: number, there: Fault): Fault =>
  (exchange) =>
    (exchange.request.url.startsWith(ELSEWHERE) ? there : answered(status, { Location: ELSEWHERE }))(exchange);

const bodyOf = (body: Uint8Array): string => new TextDecoder().decode(body);

describe("endless redirects", () => {
  test.each<LiveMode>([false, "long-poll", "sse", "auto"])("are what a reader throws, live: %j", async (live) => {
    for (const any of [endless, onItself]) {
      using _ = serveNothing({ any });
      const stream = new DurableStream({ url: NOWHERE, retry: AT_ONCE });
      expect(await outcome(stream, live)).toMatchObject({ messages: [], error: MALFORMED });
    }
  });

  test.each<[string, (stream: DurableStream) => Promise<unknown>]>([
    ["create", (stream) => stream.create()],
    ["head", (stream) => stream.head()],
    ["append", (stream) => stream.append(1)],
    ["close", (stream) => stream.close()],
    ["producer.append", (stream) => stream.producer({ id: "p" }).append(1)],
    ["producer.close", (stream) => stream.producer({ id: "p" }).close({ closeStream: true })],
  ])("are what %s rejects with", async (_, operation) => {
    using _network = serveNothing({ any: endless });
    await expect(operation(new DurableStream({ url: NOWHERE, retry: AT_ONCE }))).rejects.toMatchObject(MALFORMED);
  });
});

test.each([301, 302, 303])("a write that a %d turned into a read is not taken for stored", async (status) => {
  const headers = { "Stream-Next-Offset": "7", "Content-Type": "application/json" };
  using network = serveNothing({ any: redirecting(status, answered(200, headers, "[]")) });
  await expect(new DurableStream({ url: NOWHERE }).append(1)).rejects.toMatchObject(MALFORMED);
  expect(network.requests.map(({ method }) => method)).toEqual(["POST", "GET"]);
});

test.each([307, 308])("a write follows a %d with its body", async (status) => {
  using network = serveNothing({ any: redirecting(status, answered(204, { "Stream-Next-Offset": "7" })) });
  await new DurableStream({ url: NOWHERE }).append(1);
  expect(network.requests.map(({ method, body }) => [method, bodyOf(body)])).toEqual(Array(2).fill(["POST", "[1]"]));
});
