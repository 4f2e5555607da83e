import { describe, expect, test } from "vitest";
import { readBody } from "../../src/server/http/body.ts";
import { codeOf, inPieces, server } from "./server.ts";

const KIB = 1024;

function post(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request("https://x.test/", {
    method: "POST",
    headers,
    body,
    ...(body === null ? {} : { duplex: "half" }),
  });
}

/** Bytes whose place can be told from their value. */
const pattern = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, index) => index % 251);

/** A stream that has a BYOB reader and hands out `bytes` in pieces of `size`. */
function byteStream(bytes: Uint8Array<ArrayBuffer>, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let sent = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      if (sent === bytes.length) {
        controller.close();
        controller.byobRequest?.respond(0);
        return;
      }
      controller.enqueue(bytes.slice(sent, sent + size));
      sent = Math.min(bytes.length, sent + size);
    },
  });
}

describe("readBody", () => {
  test.each([
    ["announced, in a byte stream", () => post(byteStream(pattern(100_000), 7_000), { "Content-Length": "100000" })],
    [
      "announced, in a plain stream",
      () => post(inPieces(pattern(60_000), pattern(100_000).subarray(60_000)), { "Content-Length": "100000" }),
    ],
    ["announced, in one piece", () => post(pattern(100_000), { "Content-Length": "100000" })],
    ["not announced, in many pieces", () => post(inPieces(...pieces(pattern(100_000), 333)))],
    ["not announced, in one piece", () => post(pattern(100_000))],
  ])("returns a body that is %s byte for byte", async (_, request) => {
    expect(Buffer.from(await readBody(request(), 100_000)).equals(pattern(100_000))).toBe(true);
  });

  test.each([
    ["byte", () => byteStream(pattern(100_000), 7_000)],
    ["plain", () => inPieces(pattern(100_000))],
  ])("leaves a byte to spare behind a large announced body in a %s stream", async (_, body) => {
    const bytes = await readBody(post(body(), { "Content-Length": "100000" }), 100_000);
    expect([bytes.byteOffset, bytes.length, bytes.buffer.byteLength]).toEqual([0, 100_000, 100_001]);
  });

  test.each([
    ["no body", null, {}],
    ["no body and a length of 0", null, { "Content-Length": "0" }],
    ["an empty body", inPieces(), {}],
  ])("returns no bytes for %s", async (_, body, headers) => {
    expect(await readBody(post(body, headers), KIB)).toHaveLength(0);
  });

  test("accepts exactly the limit", async () => {
    expect(await readBody(post(inPieces(pattern(KIB))), KIB)).toHaveLength(KIB);
    expect(await readBody(post(pattern(KIB), { "Content-Length": "1024" }), KIB)).toHaveLength(KIB);
  });

  test.each([
    ["announced", { "Content-Length": "1025" }],
    ["not announced", {}],
  ])("refuses one byte more, %s", async (_, headers) => {
    await expect(readBody(post(pattern(KIB + 1), headers), KIB)).rejects.toMatchObject({
      _tag: "PayloadTooLargeError",
      maxBytes: KIB,
    });
  });

  test.each([
    ["shorter than announced", () => post(inPieces("abc"), { "Content-Length": "4" })],
    ["longer than announced", () => post(inPieces("abc", "d"), { "Content-Length": "3" })],
    ["large and shorter than announced", () => post(inPieces(pattern(99_999)), { "Content-Length": "100000" })],
    ["large and longer than announced", () => post(inPieces(pattern(100_001)), { "Content-Length": "100000" })],
    [
      "large, shorter, in a byte stream",
      () => post(byteStream(pattern(99_999), 7_000), { "Content-Length": "100000" }),
    ],
    [
      "large, longer, in a byte stream",
      () => post(byteStream(pattern(100_002), 7_000), { "Content-Length": "100000" }),
    ],
    ["announced and missing", () => post(null, { "Content-Length": "3" })],
    ["broken off", () => post(inPieces("ab", new Error("reset")))],
    ["broken off, announced", () => post(inPieces("ab", new Error("reset")), { "Content-Length": "4" })],
    ["large and broken off", () => post(inPieces("ab", new Error("reset")), { "Content-Length": "100000" })],
    ["of a length that is no number", () => post("abc", { "Content-Length": "3, 3" })],
    ["compressed", () => post("abc", { "Content-Encoding": "gzip" })],
  ])("refuses a body that is %s", async (_, request) => {
    await expect(readBody(request(), KIB * KIB)).rejects.toMatchObject({ _tag: "InvalidRequestError", status: 400 });
  });

  test("takes the coding identity for what it is", async () => {
    expect(await readBody(post("abc", { "Content-Encoding": "identity" }), KIB)).toHaveLength(3);
  });
});

describe("bodies over HTTP", () => {
  test("a body over the limit answers 413 and stores nothing", async () => {
    const { append, call, create } = server({ maxBodyBytes: KIB });
    await create("a");
    const response = await append("a", "text/plain", "x".repeat(KIB + 1));
    expect([response.status, await codeOf(response)]).toEqual([413, "PayloadTooLargeError"]);
    expect(await (await call("GET", "a")).text()).toBe("");
  });

  test("the limit is 16 MiB by default", async () => {
    const { append, create } = server();
    await create("a", "application/octet-stream");
    const limit = 16 * KIB * KIB;
    expect((await append("a", "application/octet-stream", new Uint8Array(limit))).status).toBe(204);
    expect((await append("a", "application/octet-stream", new Uint8Array(limit + 1))).status).toBe(413);
  });

  test("a client that leaves in the middle of a body stores nothing, even when the body then seems complete", async () => {
    const { call, create } = server();
    await create("a");
    const client = new AbortController();
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode("half a mess"));
        client.abort();
        controller.close();
      },
    });
    const headers = { "Content-Type": "text/plain" };
    const response = await call("POST", "a", { headers, body, signal: client.signal });
    expect(response.status).toBe(400);
    expect(await (await call("GET", "a")).text()).toBe("");
  });

  test.each([
    ["DELETE", "a", {}],
    ["PUT", "b", { "Stream-TTL": "x" }],
    ["POST", "a", { "Producer-Id": "p" }],
    ["PATCH", "a", {}],
  ])("%s %s %o reads its body before it answers", async (method, path, headers) => {
    const { call, create } = server();
    await create("a");
    let finished = false;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          finished = true;
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    await call(method, path, { headers, body });
    expect(finished).toBe(true);
  });
});

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
