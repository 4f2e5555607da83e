import { expect, it } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { startServer } from "../../support/client/index.ts";

it.each([false, "long-poll", "sse"] as const)(
  "a checkpoint taken while a message is handled skips none of the messages behind it (live: %s)",
  async (live) => {
    await using server = await startServer();
    const stream = new DurableStream({ url: server.streamUrl() });
    const messages = Array.from({ length: 20 }, (_, i) => i);
    await stream.create({ messages });
    let stored = JSON.stringify("start");
    const seen: unknown[] = [];
    for (let restarts = 0; restarts < messages.length; restarts++) {
      const reader = stream.read({ live, from: JSON.parse(stored) });
      for await (const message of reader) {
        seen.push(message);
        stored = JSON.stringify(reader.checkpoint);
        break;
      }
    }
    expect(seen).toEqual(messages);
  },
);
