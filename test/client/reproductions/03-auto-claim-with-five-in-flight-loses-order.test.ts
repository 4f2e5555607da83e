import { describe, expect, it } from "vitest";
import { StreamProducer } from "../../../src/client/producer/index.ts";
import { hostedFor, scriptedFetch } from "../../support/client/index.ts";
import { STREAM_URL, serverWithStream, stored, takeOver } from "../producer/network.ts";
import { VirtualTime } from "../producer/virtual-time.ts";

// In the reference client each fenced batch claims an epoch of its own: messages vanish and change places, unreported.
describe("reproduction 3: autoClaim with five requests in flight loses messages and their order", () => {
  it("claims one epoch and stores every message once, in order", async () => {
    const time = new VirtualTime();
    const server = await serverWithStream();
    const { fetch, requests } = scriptedFetch(async (request) => {
      await time.sleep(5);
      return server(request);
    });
    const stream = hostedFor<unknown, unknown>(STREAM_URL, { fetch, clock: time });
    const producer = new StreamProducer(stream, {
      id: "p",
      lingerMs: 0,
      maxBatchMessages: 1,
      maxInFlight: 5,
      autoClaim: true,
    });
    await time.until(producer.append(0));
    const appends = Array.from({ length: 20 }, (_, n) => producer.append(n + 1));
    const fenced = time.sleep(7).then(() => takeOver(server, "p", 9, "other"));
    await time.until(Promise.all([...appends, fenced, producer.flush()]));
    const messages = [await stored(server)].flat();
    expect(messages.filter((message) => message !== "other")).toEqual(Array.from({ length: 21 }, (_, n) => n));
    expect(new Set(requests.map(({ headers }) => headers.get("Producer-Epoch")))).toEqual(new Set(["0", "10"]));
  });
});
