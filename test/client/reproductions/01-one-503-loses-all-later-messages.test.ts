import { describe, expect, it } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { answered, lost, serveWith } from "../../support/client/faults/index.ts";
import { stored } from "../producer/network.ts";
import { AT_ONCE } from "../reader/immediate-clock.ts";

// The reference client does not repeat a batch that met one 503 or a dropped socket; `flush()` resolves all the same.
describe("reproduction 1: one failed batch loses all later messages without a word", () => {
  it.each([
    ["one 503", answered(503)],
    ["a dropped socket", lost],
  ])("stores every message after %s", async (_, fault) => {
    await using server = await serveWith({ append: [fault] });
    const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
    await stream.create();
    const producer = stream.producer({ id: "p", lingerMs: 0, maxBatchMessages: 1, maxInFlight: 1 });
    for (const n of [1, 2, 3, 4, 5]) void producer.submit(n);
    await producer.flush();
    expect(await stored(server.handler, stream.url)).toEqual([1, 2, 3, 4, 5]);
    expect(server.sent("append")).toHaveLength(6);
  });

  it("rejects flush when the failure lasts", async () => {
    await using server = await serveWith({ append: answered(503) });
    const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
    await stream.create();
    const producer = stream.producer({ id: "p", retry: { ...AT_ONCE, maxAttempts: 4 } });
    void producer.submit(1);
    await expect(producer.flush()).rejects.toMatchObject({ _tag: "UnavailableError" });
    expect(server.sent("append")).toHaveLength(4);
  });
});
