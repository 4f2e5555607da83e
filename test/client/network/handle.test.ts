import { expect, test } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { answered, answerLost, lost, serveWith } from "../../support/client/faults/index.ts";
import { AT_ONCE } from "../reader/immediate-clock.ts";

// What may be repeated is; reproduction 4 shows that an append is not.

test("a create whose answer is lost is sent again, and says that the stream was there", async () => {
  await using server = await serveWith({ create: [lost, answerLost, answered(503)] });
  const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
  await expect(stream.create()).resolves.toMatchObject({ created: false });
  expect(server.sent("create")).toHaveLength(4);
});

test("a head is asked for again", async () => {
  await using server = await serveWith({ head: [lost, answerLost, answered(500)] });
  const stream = new DurableStream({ url: server.streamUrl(), retry: AT_ONCE });
  const { offset } = await stream.create({ messages: [1] });
  await expect(stream.head()).resolves.toMatchObject({ offset });
  expect(server.sent("head")).toHaveLength(4);
});
