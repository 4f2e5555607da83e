import { expect, test } from "vitest";
import { hostOf } from "../../../src/client/host.ts";
import { DurableStream } from "../../../src/client/stream/index.ts";
import { scriptedFetch } from "../../support/client/index.ts";

// A caller's `param` named "offset" replaced the position that the client had kept: the read began elsewhere.

test.each(["offset", "live", "cursor"])("a caller's parameter %s never reaches the server", async (name) => {
  const { fetch, requests } = scriptedFetch(new Response(null, { status: 204 }));
  const url = `https://streams.test/a?${name}=url`;
  const stream = new DurableStream({ url, fetch, params: { [name]: async () => "caller", kept: "yes" } });
  const { transport } = hostOf(stream);
  await transport.send({ method: "GET", query: { offset: "7" } });
  await transport.send({ method: "GET", query: { offset: "7", live: "sse", cursor: "9" } });
  expect(requests.map((request) => new URL(request.url).search)).toEqual([
    "?kept=yes&offset=7",
    "?cursor=9&kept=yes&live=sse&offset=7",
  ]);
});
