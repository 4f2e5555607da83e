import { describe, expect, test } from "vitest";
import { settled } from "../support/fake-clock.ts";
import { codeOf, offsetOf, server } from "./server.ts";

/** A stream with three bytes, and a long-poll that waits at its tail. */
async function waiting(query = "", options = {}, signal?: AbortSignal) {
  const made = server(options);
  const offset = offsetOf(await made.create("a", "text/plain", "abc"));
  let answered = false;
  const poll = made
    .call("GET", `a?offset=${query.includes("now") ? "now" : offset}&live=long-poll${query.replace("now", "")}`, {
      ...(signal && { signal }),
    })
    .finally(() => {
      answered = true;
    });
  await settled();
  return { ...made, offset, poll, answered: () => answered };
}

describe("long-poll", () => {
  test("returns at once what is there already", async () => {
    const { call, create } = server();
    await create("a", "text/plain", "abc");
    const response = await call("GET", "a?offset=-1&live=long-poll");
    expect([response.status, await response.text()]).toEqual([200, "abc"]);
    expect(response.headers.get("Stream-Up-To-Date")).toBe("true");
    expect(response.headers.get("Stream-Cursor")).toMatch(/^\d+$/);
    expect(response.headers.get("ETag")).not.toBeNull();
  });

  test.each(["", "now"])("waits at the tail for the next append (%j)", async (query) => {
    const { answered, append, poll } = await waiting(query);
    expect(answered()).toBe(false);
    await append("a", "text/plain", "def");
    const response = await poll;
    expect([response.status, await response.text()]).toEqual([200, "def"]);
  });

  test("an answer to offset=now is not stored and has no entity tag", async () => {
    const { append, poll } = await waiting("now");
    await append("a", "text/plain", "def");
    const { headers } = await poll;
    expect([headers.get("Cache-Control"), headers.get("ETag")]).toEqual(["no-store", null]);
  });

  test("answers 204 with all it must carry when the time is up", async () => {
    const { answered, clock, offset, poll } = await waiting();
    await clock.advance(19_999);
    expect(answered()).toBe(false);
    await clock.advance(1);
    const response = await poll;
    expect([response.status, await response.text(), offsetOf(response)]).toEqual([204, "", offset]);
    expect(response.headers.get("Stream-Up-To-Date")).toBe("true");
    expect(response.headers.get("Stream-Cursor")).toMatch(/^\d+$/);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(response.headers.get("Stream-Closed")).toBeNull();
  });

  test("waits as long as the option says", async () => {
    const { clock, poll } = await waiting("", { longPollTimeoutMs: 100 });
    await clock.advance(100);
    expect((await poll).status).toBe(204);
  });

  test("answers 204 with Stream-Closed and no cursor when the stream is closed meanwhile", async () => {
    const { call, poll } = await waiting();
    await call("POST", "a", { headers: { "Stream-Closed": "true" } });
    const { headers, status } = await poll;
    expect([status, headers.get("Stream-Closed"), headers.get("Stream-Up-To-Date")]).toEqual([204, "true", "true"]);
    expect(headers.get("Stream-Cursor")).toBeNull();
  });

  test("returns the last bytes with Stream-Closed when they come with the close", async () => {
    const { append, poll } = await waiting();
    await append("a", "text/plain", "end", { "Stream-Closed": "true" });
    const response = await poll;
    expect([response.status, await response.text(), response.headers.get("Stream-Closed")]).toEqual([
      200,
      "end",
      "true",
    ]);
  });

  test("does not wait at the end of a closed stream", async () => {
    const { call, clock, create } = server();
    const offset = offsetOf(await create("a", "text/plain", "abc", { "Stream-Closed": "true" }));
    const response = await call("GET", `a?offset=${offset}&live=long-poll`);
    expect([response.status, response.headers.get("Stream-Closed"), clock.pending]).toEqual([204, "true", 0]);
  });

  test("answers 404 when the stream is deleted meanwhile", async () => {
    const { call, poll } = await waiting();
    await call("DELETE", "a");
    expect((await poll).status).toBe(404);
  });

  test("answers 410 when the stream is deleted meanwhile and forks still read it", async () => {
    const { call, poll } = await waiting();
    await call("PUT", "fork", { headers: { "Stream-Forked-From": "/v1/stream/a" } });
    await call("DELETE", "a");
    expect((await poll).status).toBe(410);
  });

  test("answers 404 when the stream is deleted and created again meanwhile", async () => {
    const { create, poll, store } = await waiting();
    // Both before the wait gets to look.
    await Promise.all([store.delete("a"), store.put("a", { contentType: "text/plain", data: new Uint8Array(9) })]);
    const response = await poll;
    expect([response.status, await codeOf(response)]).toEqual([404, "StreamNotFoundError"]);
    expect((await create("a")).status).toBe(200);
  });

  test("goes on waiting, up to the same deadline, when a change turns out to be none for it", async () => {
    const { answered, append, clock, poll, store } = await waiting();
    await clock.advance(15_000);
    // A duplicate of nothing: refused, so nothing follows the offset.
    await append("a", "application/json", "1");
    await store.put("a", { contentType: "text/plain" });
    await clock.advance(4_999);
    expect(answered()).toBe(false);
    await clock.advance(1);
    expect((await poll).status).toBe(204);
  });

  test("answers 404 at once for a stream that does not exist", async () => {
    expect((await server().call("GET", "a?offset=now&live=long-poll")).status).toBe(404);
  });

  test("moves the cursor past the one the client came with", async () => {
    const { call, create } = server({ random: () => 0 });
    await create("a", "text/plain", "abc");
    const first = (await call("GET", "a?offset=-1&live=long-poll")).headers.get("Stream-Cursor") ?? "";
    const second = (await call("GET", `a?offset=-1&live=long-poll&cursor=${first}`)).headers.get("Stream-Cursor") ?? "";
    expect(Number(second)).toBe(Number(first) + 1);
  });

  test("answers 304 to a client that holds the page", async () => {
    const { call, create } = server();
    await create("a", "text/plain", "abc");
    const etag = (await call("GET", "a?offset=-1")).headers.get("ETag") ?? "";
    const response = await call("GET", "a?offset=-1&live=long-poll", { headers: { "If-None-Match": etag } });
    expect([response.status, response.headers.get("Stream-Cursor")]).toEqual([304, expect.stringMatching(/^\d+$/)]);
  });
});

describe("nothing is left of a long-poll", () => {
  test("while it waits it holds one watch and one timer", async () => {
    const { calls, clock } = await waiting();
    expect([calls.watching, clock.pending]).toEqual([1, 1]);
  });

  test("after an answer with data", async () => {
    const { append, calls, clock, poll } = await waiting();
    await append("a", "text/plain", "x");
    await poll;
    expect([calls.watching, clock.pending]).toEqual([0, 0]);
  });

  test("after a time-out", async () => {
    const { calls, clock, poll } = await waiting();
    await clock.advance(20_000);
    await poll;
    expect([calls.watching, clock.pending]).toEqual([0, 0]);
  });

  test("after an error", async () => {
    const { call, calls, clock, poll } = await waiting();
    await call("DELETE", "a");
    await poll;
    expect([calls.watching, clock.pending]).toEqual([0, 0]);
  });

  test("after the client left", async () => {
    const client = new AbortController();
    const { answered, calls, clock } = await waiting("", {}, client.signal);
    client.abort();
    await settled();
    expect([answered(), calls.watching, clock.pending]).toEqual([true, 0, 0]);
  });

  test("after a client that had left before it came", async () => {
    const { calls, clock, answered } = await waiting("", {}, AbortSignal.abort());
    expect([answered(), calls.watching, clock.pending]).toEqual([true, 0, 0]);
  });
});
