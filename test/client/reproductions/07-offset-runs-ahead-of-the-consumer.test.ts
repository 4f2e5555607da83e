import { expect, it } from "vitest";
import { StreamReader } from "../../../src/client/reader/index.ts";
import { hostedFor, startServer } from "../../support/client/index.ts";

it.each([false, "long-poll", "sse"] as const)(
  "a checkpoint taken while a message is handled skips none of the messages behind it (live: %s)",
  async (live) => {
    await using server = await startServer();
    const url = server.streamUrl();
    const headers = { "Content-Type": "application/json" };
    const messages = Array.from({ length: 20 }, (_, i) => i);
    await fetch(url, { method: "PUT", headers, body: JSON.stringify(messages) });
    let stored = JSON.stringify("start");
    const seen: unknown[] = [];
    for (let restarts = 0; restarts < messages.length; restarts++) {
      const reader = new StreamReader(hostedFor(url), { live, from: JSON.parse(stored) });
      for await (const message of reader) {
        seen.push(message);
        stored = JSON.stringify(reader.checkpoint);
        break;
      }
    }
    expect(seen).toEqual(messages);
  },
);
