import { expect, test } from "vitest";
import * as z from "zod";
import { SchemaError } from "../../../src/client/codec/index.ts";
import { DurableStream } from "../../../src/client/stream/index.ts";
import { ContentTypeMismatchError, MalformedResponseError, StreamConflictError } from "../../../src/shared/index.ts";
import { networkFailure } from "../../support/client/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { BASE, inProcess, refused, scripted } from "./support.ts";

test("creates an empty stream and says so", async () => {
  const { contentOf, stream } = inProcess();
  const result = await stream("a").create();
  expect(result).toMatchObject({ created: true, closed: false });
  expect(result.streamId).toMatch(/^[0-9a-f]{32}$/);
  await expect(contentOf("a")).resolves.toBe("[]");
});

test("confirms a stream that exists with the same configuration", async () => {
  const { stream } = inProcess();
  const first = await stream("a").create();
  await expect(stream("a").create()).resolves.toEqual({ ...first, created: false });
});

test("stores the initial messages with the creation, each as one message", async () => {
  const { contentOf, requests, stream } = inProcess();
  await stream("a").create({ messages: [{ a: 1 }, [2, 3]], closed: true });
  await expect(contentOf("a")).resolves.toBe('[{"a":1},[2,3]]');
  await expect(stream("a").head()).resolves.toMatchObject({ closed: true });
  expect(requests.map((request) => request.method)).toEqual(["PUT", "HEAD"]);
});

test("creates a stream of the handle's content type", async () => {
  const { contentOf, stream } = inProcess();
  await stream("t", { contentType: "text/plain" }).create({ messages: ["one ", "two"] });
  await expect(contentOf("t")).resolves.toBe("one two");
});

test("sends nothing when a message is not what the schema says", async () => {
  const { fetch, requests } = inProcess();
  const stream = new DurableStream({ url: `${BASE}a`, fetch, schema: z.number() });
  await expect(stream.create({ messages: [1, Number.NaN] })).rejects.toThrow(SchemaError);
  expect(requests).toHaveLength(0);
});

test("sets a TTL or an expiry", async () => {
  const { stream } = inProcess();
  const expiresAt = new Date("2999-01-01T00:00:00.000Z");
  await stream("ttl").create({ ttlSeconds: 60 });
  await stream("date").create({ expiresAt });
  await stream("text").create({ expiresAt: "2999-01-01T01:00:00+01:00" });
  await expect(stream("ttl").head()).resolves.toMatchObject({ ttlSeconds: 60, expiresAt: undefined });
  await expect(stream("date").head()).resolves.toMatchObject({ ttlSeconds: undefined, expiresAt });
  await expect(stream("text").head()).resolves.toMatchObject({ expiresAt });
});

test.each([-1, 1.5, Number.NaN, 2 ** 60])("refuses a TTL of %d before anything is sent", async (ttlSeconds) => {
  const { requests, stream } = inProcess();
  await expect(stream("a").create({ ttlSeconds })).rejects.toThrow(RangeError);
  expect(requests).toHaveLength(0);
});

test("rejects with StreamConflictError when another configuration lives there", async () => {
  const { stream } = inProcess();
  await stream("a").create();
  await expect(stream("a").create({ ttlSeconds: 60 })).rejects.toThrow(StreamConflictError);
});

test("rejects with ContentTypeMismatchError when a server confirms a stream of another type", async () => {
  const headers = { "Stream-Next-Offset": "0", "Content-Type": "text/plain" };
  const { stream } = scripted([new Response(null, { status: 200, headers })]);
  await expect(stream.create()).rejects.toThrow(ContentTypeMismatchError);
});

test("rejects with MalformedResponseError when something else than a stream server answers", async () => {
  const { stream } = scripted([new Response("<h1>Log in</h1>", { headers: { "Content-Type": "text/html" } })]);
  await expect(stream.create()).rejects.toThrow(MalformedResponseError);
});

test("is repeated, since it is idempotent, when there is no answer or the server is busy", async () => {
  const created = new Response(null, {
    status: 201,
    headers: { "Stream-Next-Offset": "0", "Content-Type": "application/json" },
  });
  const { clock, requests, stream } = scripted([networkFailure(), refused(503), refused(429), created]);
  const result = stream.create();
  await settled();
  await clock.advance(60_000);
  await expect(result).resolves.toMatchObject({ created: true });
  expect(requests).toHaveLength(4);
});
