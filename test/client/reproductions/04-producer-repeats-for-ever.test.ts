import { describe, expect, it } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { answerLost, serveWith } from "../../support/client/faults/index.ts";
import { stored } from "../producer/network.ts";
import { AT_ONCE } from "../reader/immediate-clock.ts";

// The reference client repeats an append without identity for ever. With identity a repetition is safe, and bounded too.
describe("reproduction 4: an append is repeated for ever and stored many times", () => {
  it("stores a producer's message once, however many answers are lost, and gives up after ten attempts", async () => {
    await using server = await serveWith({ append: answerLost });
    const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
    await stream.create();
    const producer = stream.producer({ id: "p" });
    await expect(producer.append("once")).rejects.toMatchObject({ _tag: "TransportError" });
    expect(await stored(server.handler, stream.url)).toEqual(["once"]);
    expect(server.sent("append")).toHaveLength(10);
  });
});
