import { expect, test } from "vitest";
import * as z from "zod";
import { SchemaError } from "../../../src/client/codec/index.ts";
import { DurableStream } from "../../../src/client/stream/index.ts";
import {
  ContentTypeMismatchError,
  MalformedResponseError,
  RateLimitedError,
  SequenceConflictError,
  StreamClosedError,
  StreamNotFoundError,
} from "../../../src/shared/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { appended, BASE, inProcess, refused, scripted } from "./support.ts";

test("appends one message and returns the tail after it", async () => {
  const { contentOf, stream } = inProcess();
  const a = stream("a");
  await a.create();
  const { offset } = await a.append({ text: "hello" });
  await expect(contentOf("a")).resolves.toBe('[{"text":"hello"}]');
  await expect(a.head()).resolves.toMatchObject({ offset });
});

test("keeps a message that is an array one message", async () => {
  const { contentOf, stream } = inProcess();
  await stream("a").create();
  await stream("a").append([1, [2]]);
  await stream("a").append([]);
  await expect(contentOf("a")).resolves.toBe("[[1,[2]],[]]");
});

test("appends text and bytes as they are", async () => {
  const { contentOf, stream } = inProcess();
  const text = stream("t", { contentType: "text/plain; charset=utf-8" });
  await text.create();
  await text.append("é\n");
  await text.append("ü");
  await expect(contentOf("t")).resolves.toBe("é\nü");
  const bytes = stream("b", { contentType: "application/octet-stream" });
  await bytes.create();
  await bytes.append(new Uint8Array([0x68, 0x69]));
  await expect(contentOf("b")).resolves.toBe("hi");
});

test("sends Stream-Seq and reports a regression", async () => {
  const { stream } = inProcess();
  const a = stream("a");
  await a.create();
  await a.append(1, { seq: "b" });
  await expect(a.append(2, { seq: "a" })).rejects.toMatchObject({ _tag: "SequenceConflictError", received: "a" });
  await expect(a.append(2, { seq: "a" })).rejects.toThrow(SequenceConflictError);
});

test("sends nothing of a message that the schema refuses or JSON cannot express", async () => {
  const { fetch, requests, stream } = inProcess();
  const typed = new DurableStream({ url: `${BASE}a`, fetch, schema: z.object({ n: z.number() }) });
  await expect(typed.append({ n: Number.NaN })).rejects.toThrow(SchemaError);
  await expect(stream("a").append(undefined)).rejects.toThrow(TypeError);
  expect(requests).toHaveLength(0);
});

test("rejects with the error that the server names", async () => {
  const { stream } = inProcess();
  await expect(stream("none").append(1)).rejects.toThrow(StreamNotFoundError);
  await stream("a").create({ closed: true });
  await expect(stream("a").append(1)).rejects.toThrow(StreamClosedError);
  await stream("t", { contentType: "text/plain" }).create();
  const mismatch = await stream("t")
    .append(1)
    .catch((error: unknown) => error);
  expect(mismatch).toBeInstanceOf(ContentTypeMismatchError);
  expect(mismatch).toMatchObject({ received: "application/json" });
});

test("rejects with MalformedResponseError when the success names no offset", async () => {
  const { stream } = scripted([new Response("<h1>Log in</h1>", { status: 200 })]);
  await expect(stream.append(1)).rejects.toThrow(MalformedResponseError);
});

test("is repeated after a 429, which has stored nothing, as late as Retry-After asks", async () => {
  const { clock, requests, stream } = scripted([refused(429, { "Retry-After": "5" }), appended()]);
  const outcome = stream.append(1);
  await settled();
  await clock.advance(4_999);
  expect(requests).toHaveLength(1);
  await clock.advance(1_000);
  await expect(outcome).resolves.toMatchObject({ offset: expect.any(String) });
});

test("rejects with the 429 when there were enough attempts", async () => {
  const { clock, requests, stream } = scripted([refused(429)], { retry: { maxAttempts: 2 } });
  const outcome = expect(stream.append(1)).rejects.toThrow(RateLimitedError);
  await settled();
  await clock.advance(60_000);
  await outcome;
  expect(requests).toHaveLength(2);
});

test("ends with the reason of the call's signal or the handle's, also between attempts", async () => {
  const handle = new AbortController();
  const call = new AbortController();
  const { clock, requests, stream } = scripted([refused(429)], { signal: handle.signal });
  const first = stream.append(1, { signal: call.signal }).catch((error: unknown) => error);
  const second = stream.append(2, { signal: new AbortController().signal }).catch((error: unknown) => error);
  await settled();
  call.abort("call");
  handle.abort("handle");
  expect(await first).toBe("call");
  expect(await second).toBe("handle");
  expect(requests).toHaveLength(2);
  expect(clock.pending).toBe(0);
});
