import { describe, expect, it } from "vitest";
import { StreamProducer } from "../../../src/client/producer/index.ts";
import { hostedFor, networkFailure, scriptedFetch } from "../../support/client/index.ts";
import { STREAM_URL, serverWithStream, stored } from "../producer/network.ts";
import { VirtualTime } from "../producer/virtual-time.ts";

// The reference client does not repeat a batch that met one 503 or a dropped socket; `flush()` resolves all the same.
describe("reproduction 1: one failed batch loses all later messages without a word", () => {
  it.each([
    ["one 503", () => new Response(null, { status: 503 })],
    ["a dropped socket", () => networkFailure()],
  ])("stores every message after %s", async (_, failure) => {
    const time = new VirtualTime();
    const server = await serverWithStream();
    const { fetch } = scriptedFetch(
      (request) => server(request),
      failure(),
      (request) => server(request),
    );
    const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch, clock: time });
    const producer = new StreamProducer(stream, { id: "p", lingerMs: 0, maxBatchMessages: 1, maxInFlight: 1 });
    for (const n of [1, 2, 3, 4, 5]) void producer.submit(n);
    await time.until(producer.flush());
    expect(await stored(server)).toEqual([1, 2, 3, 4, 5]);
  });

  it("rejects flush when the failure lasts", async () => {
    const time = new VirtualTime();
    const { fetch } = scriptedFetch(new Response(null, { status: 503 }));
    const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch, clock: time });
    const producer = new StreamProducer(stream, { id: "p", retry: { maxAttempts: 4 } });
    void producer.submit(1);
    await expect(time.until(producer.flush())).rejects.toMatchObject({ _tag: "UnavailableError" });
  });
});
