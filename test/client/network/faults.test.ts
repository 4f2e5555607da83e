import { expect, test } from "vitest";
import {
  answered,
  answerLost,
  cut,
  delivered,
  deliveredTwice,
  inPieces,
  lost,
  NOWHERE,
  serveNothing,
  serveWith,
} from "../../support/client/faults/index.ts";

// What the other tests build on: a fault is the one that was asked for, as `fetch` sees it on every runtime.

const JSON_TYPE = { "Content-Type": "application/json" };

const put = (url: string, body: string) => fetch(url, { method: "PUT", headers: JSON_TYPE, body });
const post = (url: string, body: string) => fetch(url, { method: "POST", headers: JSON_TYPE, body });
const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

async function readerOf(url: string): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const { body } = await fetch(url);
  if (body === null) throw new Error("The answer has no body");
  return body.getReader();
}

test("a fault happens to the request that it is for, and to no other", async () => {
  await using server = await serveWith({
    append: [delivered, answered(503), lost, answerLost, deliveredTwice],
  });
  const url = server.streamUrl();
  expect((await put(url, "[1]")).status).toBe(201);
  expect((await post(url, "[2]")).status).toBe(204);
  expect((await post(url, "[3]")).status).toBe(503);
  await expect(post(url, "[4]")).rejects.toThrow(TypeError);
  await expect(post(url, "[5]")).rejects.toThrow(TypeError);
  expect((await post(url, "[6]")).status).toBe(204);
  expect((await post(url, "[7]")).status).toBe(204);
  expect(await (await fetch(url)).json()).toEqual([1, 2, 5, 6, 6, 7]);
  const appends = Array<string>(6).fill("append");
  expect(server.requests.map(({ operation }) => operation)).toEqual(["create", ...appends, "catch-up"]);
  expect(server.sent("append").map(({ body }) => textOf(body))).toEqual(["[2]", "[3]", "[4]", "[5]", "[6]", "[7]"]);
});

test.each([
  ["so many bytes", 1, "["],
  ["a text", /1,/, "[1,"],
])("an answer breaks off behind %s, once it has arrived so far", async (_, behind, head) => {
  for (const looksLike of ["error", "end"] as const) {
    const { promise: once, resolve } = Promise.withResolvers<void>();
    await using server = await serveWith({ "catch-up": cut({ behind, looksLike, once }) });
    const url = server.streamUrl();
    await put(url, "[1,2]");
    const reader = await readerOf(url);
    let arrived = "";
    while (arrived.length < head.length) arrived += textOf((await reader.read()).value);
    expect(arrived).toBe(head);
    resolve();
    if (looksLike === "end") expect(await reader.read()).toMatchObject({ done: true });
    else await expect(reader.read()).rejects.toThrow();
  }
});

test("the pieces of a body arrive one by one", async () => {
  const pieces = ["a\r", "\nb", "\r", "\n"];
  using _ = serveNothing({ any: () => new Response(inPieces(pieces)) });
  const reader = await readerOf(NOWHERE);
  const arrived: string[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) arrived.push(textOf(next.value));
  expect(arrived).toEqual(pieces);
});

test("a client that leaves is seen to leave", async () => {
  const arrived = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  using _ = serveNothing({
    any: ({ request }) => {
      request.signal.addEventListener("abort", () => left.resolve(), { once: true });
      arrived.resolve();
      return new Promise(() => {});
    },
  });
  const stop = new AbortController();
  const answer = fetch(NOWHERE, { signal: stop.signal });
  await arrived.promise;
  stop.abort(new Error("enough"));
  await expect(answer).rejects.toThrow("enough");
  await left.promise;
});
