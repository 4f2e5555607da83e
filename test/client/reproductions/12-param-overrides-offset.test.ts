import { expect, test } from "vitest";
import { DurableStream } from "../../../src/client/index.ts";
import { serveWith } from "../../support/client/faults/index.ts";

// A caller's `param` named "offset" replaced the position that the client had kept: the read began elsewhere.

test.each(["offset", "live", "cursor"])("a caller's parameter %s never reaches the server", async (name) => {
  await using server = await serveWith({});
  const url = `${server.streamUrl()}?${name}=url`;
  const stream = new DurableStream({ url, params: { [name]: async () => "caller", kept: "yes" } });
  const { offset } = await stream.create({ messages: [1] });
  const messages = stream.read({ live: "long-poll" })[Symbol.asyncIterator]();
  expect(await messages.next()).toEqual({ done: false, value: 1 });
  const end = messages.next();
  await stream.close();
  expect(await end).toMatchObject({ done: true });
  expect(server.sent("catch-up").map(({ search }) => search)).toEqual(["?kept=yes&offset=-1"]);
  const polls = server.sent("long-poll").map(({ search }) => search.replace(/cursor=\d+&/, ""));
  expect(new Set(polls)).toEqual(new Set([`?kept=yes&live=long-poll&offset=${offset}`]));
  expect(server.requests.filter(({ search }) => /caller|url/.test(search))).toEqual([]);
});
