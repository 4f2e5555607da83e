import { expect, test } from "vitest";
import { DurableStream } from "../../../src/client/stream/index.ts";
import { TransportError, UnavailableError } from "../../../src/shared/index.ts";
import { networkFailure, scriptedFetch, startServer } from "../../support/client/index.ts";

// An append without a producer's identity was repeated until it was acknowledged: each attempt whose answer was lost had
// stored the message once more.

test("an append whose answer is lost after the commit is stored once, and the caller is told", async () => {
  await using server = await startServer();
  const url = server.streamUrl();
  const { fetch, requests } = scriptedFetch(async (request) => {
    await server.handler(request);
    throw networkFailure();
  });
  await new DurableStream({ url, fetch: server.handler }).create();
  await expect(new DurableStream({ url, fetch }).append("once")).rejects.toThrow(TransportError);
  expect(requests).toHaveLength(1);
  await expect((await server.handler(new Request(url))).text()).resolves.toBe('["once"]');
});

test.each([500, 502, 503, 504])(
  "an append answered with %d is not repeated: a proxy may say so after the commit",
  async (status) => {
    const { fetch, requests } = scriptedFetch(new Response(null, { status, headers: { "Retry-After": "0" } }));
    const stream = new DurableStream({ url: "https://streams.test/a", fetch, random: () => 0 });
    await expect(stream.append("once")).rejects.toThrow(UnavailableError);
    expect(requests).toHaveLength(1);
  },
);
