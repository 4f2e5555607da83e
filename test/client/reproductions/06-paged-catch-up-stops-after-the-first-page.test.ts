import { expect, it } from "vitest";
import { StreamReader } from "../../../src/client/reader/index.ts";
import { hostedFor, startServer } from "../../support/client/index.ts";
import { collect } from "../reader/reading.ts";

it("a catch-up with live: false reads every page up to the tail", async () => {
  await using server = await startServer({ maxReadBytes: 100 });
  const url = server.streamUrl();
  const headers = { "Content-Type": "application/json" };
  const messages = Array.from({ length: 200 }, (_, i) => ({ i, text: "x".repeat(i % 50) }));
  await fetch(url, { method: "PUT", headers, body: JSON.stringify(messages) });
  let requests = 0;
  const stream = hostedFor(url, {
    fetch: (request) => {
      requests += 1;
      return fetch(request);
    },
  });
  expect(await collect(new StreamReader(stream, { live: false }))).toEqual(messages);
  expect(requests).toBeGreaterThan(50);
});
