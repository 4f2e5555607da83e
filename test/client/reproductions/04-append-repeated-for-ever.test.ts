import { expect, test } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { TransportError, UnavailableError } from "../../../src/shared/index.ts";
import { answered, answerLost, serveWith } from "../../support/client/faults/index.ts";
import { stored } from "../producer/network.ts";
import { AT_ONCE } from "../reader/immediate-clock.ts";

// An append without a producer's identity was repeated until it was acknowledged: each attempt whose answer was lost had
// stored the message once more.

test("an append whose answer is lost after the commit is stored once, and the caller is told", async () => {
  await using server = await serveWith({ append: answerLost });
  const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
  await stream.create();
  await expect(stream.append("once")).rejects.toThrow(TransportError);
  expect(server.sent("append")).toHaveLength(1);
  expect(await stored(server.handler, stream.url)).toEqual(["once"]);
});

test.each([500, 502, 503, 504])(
  "an append answered with %d is not repeated: a proxy may say so after the commit",
  async (status) => {
    await using server = await serveWith({ append: answered(status, { "Retry-After": "0" }) });
    const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
    await stream.create();
    await expect(stream.append("once")).rejects.toThrow(UnavailableError);
    expect(server.sent("append")).toHaveLength(1);
  },
);
