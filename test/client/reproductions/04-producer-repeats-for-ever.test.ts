import { describe, expect, it } from "vitest";
import { StreamProducer } from "../../../src/client/producer/index.ts";
import { hostedFor, networkFailure, scriptedFetch } from "../../support/client/index.ts";
import { STREAM_URL, serverWithStream, stored } from "../producer/network.ts";
import { VirtualTime } from "../producer/virtual-time.ts";

// The reference client repeats an append without identity for ever. With identity a repetition is safe, and bounded too.
describe("reproduction 4: an append is repeated for ever and stored many times", () => {
  it("stores a producer's message once, however many answers are lost, and gives up after ten attempts", async () => {
    const time = new VirtualTime();
    const server = await serverWithStream();
    const { fetch, requests } = scriptedFetch(async (request) => {
      await server(request);
      throw networkFailure();
    });
    const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch, clock: time });
    const producer = new StreamProducer(stream, { id: "p" });
    await expect(time.until(producer.append("once"))).rejects.toMatchObject({ _tag: "TransportError" });
    expect(await stored(server)).toEqual(["once"]);
    expect(requests).toHaveLength(10);
  });
});
