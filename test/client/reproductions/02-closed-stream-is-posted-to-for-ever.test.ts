import { describe, expect, it } from "vitest";
import { StreamProducer } from "../../../src/client/producer/index.ts";
import { hostedFor, scriptedFetch } from "../../support/client/index.ts";
import { closeStream, STREAM_URL, serverWithStream } from "../producer/network.ts";
import { VirtualTime } from "../producer/virtual-time.ts";

// The reference client takes the 409 of a closed stream for a gap, posts thousands of times a second, and never settles.
describe("reproduction 2: a closed stream is posted to for ever", () => {
  it("fails with StreamClosedError and the final offset after one request", async () => {
    const time = new VirtualTime();
    const server = await serverWithStream();
    await closeStream(server);
    const { fetch, requests } = scriptedFetch((request) => server(request));
    const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch, clock: time });
    const producer = new StreamProducer(stream, { id: "p", lingerMs: 0 });
    const { acknowledged } = await producer.submit(1);
    const closed = { _tag: "StreamClosedError", nextOffset: expect.stringMatching(/^[0-9a-f]{16}_[0-9a-f]{16}$/) };
    await expect(time.until(producer.flush())).rejects.toMatchObject(closed);
    await expect(acknowledged).rejects.toMatchObject(closed);
    expect(requests).toHaveLength(1);
  });

  it("settles everything when the stream is closed under five requests", async () => {
    const time = new VirtualTime();
    const server = await serverWithStream();
    const { fetch, requests } = scriptedFetch((request) => server(request));
    const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch, clock: time });
    const producer = new StreamProducer(stream, { id: "p", lingerMs: 0, maxBatchMessages: 1 });
    await time.until(producer.append(0));
    await closeStream(server);
    const appends = [1, 2, 3, 4, 5, 6].map((n) => producer.append(n));
    const results = await time.until(Promise.allSettled([...appends, producer.flush(), producer.close()]));
    expect(results.map(({ status }) => status)).toEqual(Array(8).fill("rejected"));
    expect(requests.length).toBeLessThanOrEqual(6);
  });
});
