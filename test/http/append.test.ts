import { describe, expect, test } from "vitest";
import { codeOf, inPieces, offsetOf, server } from "./server.ts";

const producer = (epoch: number, seq: number, id = "p") => ({
  "Producer-Id": id,
  "Producer-Epoch": String(epoch),
  "Producer-Seq": String(seq),
});

async function withStream(contentType = "text/plain") {
  const made = server();
  await made.create("a", contentType);
  return made;
}

describe("POST", () => {
  test("answers 204 with the new tail and the stream's identity", async () => {
    const { append, call } = await withStream();
    const response = await append("a", "text/plain", "abc");
    expect([response.status, offsetOf(response)]).toEqual([204, "0000000000000000_0000000000000003"]);
    expect(response.headers.get("Stream-Id")).toBe((await call("HEAD", "a")).headers.get("Stream-Id"));
  });

  test("takes a body that comes in pieces", async () => {
    const { append, call } = await withStream();
    await append("a", "text/plain", inPieces("one ", "two ", "three"));
    expect(await (await call("GET", "a")).text()).toBe("one two three");
  });

  test("of nothing, without closing, answers 400", async () => {
    const { call } = await withStream();
    expect((await call("POST", "a", { headers: { "Content-Type": "text/plain" } })).status).toBe(400);
  });

  test("of nothing to a stream that does not exist answers 404", async () => {
    expect((await server().call("POST", "missing")).status).toBe(404);
  });

  test("of something without a Content-Type answers 400 and stores nothing", async () => {
    const { call } = await withStream();
    expect((await call("POST", "a", { body: inPieces("x") })).status).toBe(400);
    expect(await (await call("GET", "a")).text()).toBe("");
  });

  test("of something with a Content-Type that is none answers 400", async () => {
    const { append } = await withStream();
    expect((await append("a", "plain", "x")).status).toBe(400);
  });

  test("of another type answers 409", async () => {
    const { append } = await withStream();
    expect(await codeOf(await append("a", "application/json", "1"))).toBe("ContentTypeMismatchError");
  });

  test.each([
    ["an empty Stream-Seq", { "Stream-Seq": "" }, 400],
    ["an over-long Stream-Seq", { "Stream-Seq": "x".repeat(1025) }, 431],
    ["a part of the producer headers", { "Producer-Id": "p" }, 400],
    ["a producer epoch that is no number", { ...producer(0, 0), "Producer-Epoch": "0x1" }, 400],
  ])("with %s is refused before a store is asked", async (_, headers, status) => {
    const { append, calls } = server();
    const response = await append("a", "text/plain", "x", headers);
    expect([response.status, calls.log]).toEqual([status, []]);
  });

  test("with a Stream-Seq that does not grow answers 409", async () => {
    const { append } = await withStream();
    await append("a", "text/plain", "x", { "Stream-Seq": "b" });
    expect(await codeOf(await append("a", "text/plain", "x", { "Stream-Seq": "a" }))).toBe("SequenceConflictError");
  });
});

describe("POST with producer headers", () => {
  test("answers 200 and echoes what was accepted", async () => {
    const { append } = await withStream();
    const { headers, status } = await append("a", "text/plain", "x", producer(3, 0));
    expect([status, headers.get("Producer-Epoch"), headers.get("Producer-Seq")]).toEqual([200, "3", "0"]);
  });

  test("answers 204 to a duplicate, with the highest sequence number accepted", async () => {
    const { append, call } = await withStream();
    for (const seq of [0, 1, 2]) await append("a", "text/plain", String(seq), producer(0, seq));
    const { headers, status } = await append("a", "text/plain", "1", producer(0, 1));
    expect([status, headers.get("Producer-Epoch"), headers.get("Producer-Seq")]).toEqual([204, "0", "2"]);
    expect(await (await call("GET", "a")).text()).toBe("012");
  });

  test("answers 403 with the current epoch to an old one", async () => {
    const { append } = await withStream();
    await append("a", "text/plain", "x", producer(2, 0));
    const response = await append("a", "text/plain", "x", producer(1, 0));
    expect([response.status, response.headers.get("Producer-Epoch")]).toEqual([403, "2"]);
  });

  test("answers 409 with what it expected to a gap", async () => {
    const { append } = await withStream();
    await append("a", "text/plain", "x", producer(0, 0));
    const { headers, status } = await append("a", "text/plain", "x", producer(0, 2));
    expect([status, headers.get("Producer-Expected-Seq"), headers.get("Producer-Received-Seq")]).toEqual([
      409,
      "1",
      "2",
    ]);
  });
});

describe("POST that closes", () => {
  test("answers 204 with Stream-Closed and the final offset", async () => {
    const { append, call } = await withStream();
    const tail = offsetOf(await append("a", "text/plain", "abc"));
    const response = await call("POST", "a", { headers: { "Stream-Closed": "true" } });
    expect([response.status, response.headers.get("Stream-Closed"), offsetOf(response)]).toEqual([204, "true", tail]);
  });

  test.each(["false", "yes", "1", ""])("is none with Stream-Closed: %j, and no error either", async (value) => {
    const { append } = await withStream();
    const response = await append("a", "text/plain", "x", { "Stream-Closed": value });
    expect([response.status, response.headers.get("Stream-Closed")]).toEqual([204, null]);
  });

  test("answers 409 with Stream-Closed and the final offset to a body that comes too late", async () => {
    const { append, call } = await withStream();
    const tail = offsetOf(await append("a", "text/plain", "last"));
    await call("POST", "a", { headers: { "Stream-Closed": "true" } });
    const late = await append("a", "text/html", "x", { "Stream-Closed": "true" });
    expect([late.status, late.headers.get("Stream-Closed"), offsetOf(late)]).toEqual([409, "true", tail]);
  });

  test("ignores the Content-Type when there is no body, even one that is none", async () => {
    const { call } = await withStream();
    const headers = { "Stream-Closed": "true", "Content-Type": "nonsense" };
    expect((await call("POST", "a", { headers })).status).toBe(204);
  });

  test("is safe to repeat without a body", async () => {
    const { call } = await withStream();
    await call("POST", "a", { headers: { "Stream-Closed": "true" } });
    expect((await call("POST", "a", { headers: { "Stream-Closed": "true" } })).status).toBe(204);
  });

  test("with producer headers and a body answers 200, and 204 to the duplicate", async () => {
    const { append } = await withStream();
    const headers = { ...producer(0, 0), "Stream-Closed": "true" };
    const first = await append("a", "text/plain", "last", headers);
    const second = await append("a", "text/plain", "last", headers);
    expect([first.status, first.headers.get("Stream-Closed")]).toEqual([200, "true"]);
    expect([second.status, second.headers.get("Stream-Closed")]).toEqual([204, "true"]);
  });

  test("with producer headers and no body answers 204 and echoes them", async () => {
    const { call } = await withStream();
    const { headers, status } = await call("POST", "a", { headers: { ...producer(1, 0), "Stream-Closed": "true" } });
    expect([status, headers.get("Producer-Epoch"), headers.get("Producer-Seq")]).toEqual([204, "1", "0"]);
  });
});

describe("POST of JSON", () => {
  test.each([
    ["an empty array", "[]"],
    ["a trailing comma", "[1,]"],
    ["two values", "1 2"],
    ["invalid UTF-8", Uint8Array.of(0x22, 0xff, 0x22)],
  ])("refuses %s with 400", async (_, body) => {
    const { append } = await withStream("application/json");
    const response = await append("a", "application/json", body);
    expect([response.status, await codeOf(response)]).toEqual([400, "InvalidJsonError"]);
  });
});
