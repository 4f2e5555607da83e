import { describe, expect, test } from "vitest";
import { codeOf, offsetOf, server } from "./server.ts";

const FROM = { "Stream-Forked-From": "/v1/stream/source" };

describe("PUT", () => {
  test("answers 201 with where, what and how far", async () => {
    const { headers, status } = await server().call("PUT", "a/b%20c?x=1", {
      headers: { "Content-Type": "text/plain" },
      body: "abc",
    });
    expect(status).toBe(201);
    expect(headers.get("Location")).toBe("https://streams.test/v1/stream/a/b%20c");
    expect(headers.get("Content-Type")).toBe("text/plain");
    expect(headers.get("Stream-Next-Offset")).toBe("0000000000000000_0000000000000003");
    expect(headers.get("Stream-Id")).toMatch(/^[0-9a-f]{32}$/);
    expect(headers.get("Stream-Closed")).toBeNull();
  });

  test("answers 200 without Location when it only confirms", async () => {
    const { create } = server();
    const first = await create("a");
    const second = await create("a");
    expect([second.status, second.headers.get("Location")]).toEqual([200, null]);
    expect(second.headers.get("Stream-Id")).toBe(first.headers.get("Stream-Id"));
  });

  test.each([
    ["", "", 200],
    ["", "true", 409],
    ["true", "", 409],
    ["true", "true", 200],
  ])("with Stream-Closed: %j of a stream made with %j answers %i", async (again, first, status) => {
    const { create } = server();
    await create("a", "text/plain", "x", { "Stream-Closed": first });
    expect((await create("a", "text/plain", "x", { "Stream-Closed": again })).status).toBe(status);
  });

  test("without Content-Type makes a stream of bytes", async () => {
    expect((await server().call("PUT", "a")).headers.get("Content-Type")).toBe("application/octet-stream");
  });

  test.each(["true", "TRUE", "True"])("with Stream-Closed: %s makes a closed stream", async (value) => {
    const { create } = server();
    expect((await create("a", "text/plain", "all", { "Stream-Closed": value })).headers.get("Stream-Closed")).toBe(
      "true",
    );
  });

  test.each(["false", "yes", "1", ""])("takes Stream-Closed: %j for nothing", async (value) => {
    const response = await server().create("a", "text/plain", undefined, { "Stream-Closed": value });
    expect([response.status, response.headers.get("Stream-Closed")]).toEqual([201, null]);
  });

  test.each([
    ["both lifetimes", { "Stream-TTL": "60", "Stream-Expires-At": "2030-01-01T00:00:00Z" }],
    ["a TTL with a leading zero", { "Stream-TTL": "060" }],
    ["a negative TTL", { "Stream-TTL": "-1" }],
    ["a date without a time", { "Stream-Expires-At": "2030-01-01" }],
    ["a day that does not exist", { "Stream-Expires-At": "2030-02-30T00:00:00Z" }],
    ["an end of life in the past", { "Stream-Expires-At": "2025-12-31T23:59:59Z" }],
    ["an end of life right now", { "Stream-Expires-At": "2026-01-01T00:00:00Z" }],
    ["a content type that is none", { "Content-Type": "text" }],
    ["a content type with a bad parameter", { "Content-Type": "text/plain; charset" }],
    ["a content type beyond ASCII", { "Content-Type": 'text/plain; title="caf\u00e9"' }],
    ["a fork offset without a source", { "Stream-Fork-Offset": "-1" }],
    ["a sub-offset of 0 without a source", { "Stream-Fork-Sub-Offset": "0" }],
    ["a sub-offset without a fork offset", { ...FROM, "Stream-Fork-Sub-Offset": "1" }],
    ["a negative sub-offset", { ...FROM, "Stream-Fork-Offset": "-1", "Stream-Fork-Sub-Offset": "-1" }],
    ["a malformed fork offset", { ...FROM, "Stream-Fork-Offset": "12" }],
    ["now as a fork offset", { ...FROM, "Stream-Fork-Offset": "now" }],
    ["a source on another server", { "Stream-Forked-From": "https://evil.test/v1/stream/source" }],
    ["a source on another server, by two slashes", { "Stream-Forked-From": "//evil.test/v1/stream/source" }],
    ["a source by another scheme", { "Stream-Forked-From": "http://streams.test/v1/stream/source" }],
    ["a relative source", { "Stream-Forked-From": "source" }],
    ["an empty source", { "Stream-Forked-From": "" }],
    ["a source with an escaped slash", { "Stream-Forked-From": "/v1/stream/a%2Fb" }],
    ["a source with a query", { "Stream-Forked-From": "/v1/stream/source?offset=-1" }],
    ["a source with a fragment", { "Stream-Forked-From": "/v1/stream/source#x" }],
    ["a source that is not percent-encoded", { "Stream-Forked-From": "/v1/stream/caf\u00e9" }],
  ])("with %s answers 400 before a store is asked", async (_, headers) => {
    const { call, calls } = server();
    const response = await call("PUT", "a", { headers });
    expect([response.status, calls.log]).toEqual([400, []]);
  });

  test.each([
    ["/v1/stream", "StreamNotFoundError"],
    ["/elsewhere/source", "StreamNotFoundError"],
    ["/v1/stream/../source", "StreamNotFoundError"],
    ["/v1/stream/__ds/x", "ReservedPathError"],
  ])("of a fork of %s answers 404 before a store is asked", async (source, code) => {
    const { call, calls } = server();
    const response = await call("PUT", "a", { headers: { "Stream-Forked-From": source } });
    expect([response.status, await codeOf(response), calls.log]).toEqual([404, code, []]);
  });

  test("an over-long Content-Type answers 431", async () => {
    expect((await server().create("a", `text/${"x".repeat(300)}`)).status).toBe(431);
  });

  test.each([
    "text/plain; charset=utf-8",
    'multipart/x; boundary="a b;c\\"d"',
    "application/vnd.x+json ; a=b;c=d",
    "text/plain;",
  ])("takes the content type %j as it is", async (contentType) => {
    expect((await server().create("a", contentType)).headers.get("Content-Type")).toBe(contentType);
  });

  test("a Content-Type made to send a naive pattern backtracking for ever is refused", async () => {
    const hostile = `a/b${";    ".repeat(50)}!`;
    expect((await server().create("a", hostile)).status).toBe(400);
  });

  test("one instant in two spellings is one end of life", async () => {
    const { create } = server();
    await create("a", "text/plain", undefined, { "Stream-Expires-At": "2030-01-01T00:00:00Z" });
    const again = await create("a", "text/plain", undefined, { "Stream-Expires-At": "2030-01-01T02:00:00.000+02:00" });
    expect(again.status).toBe(200);
  });
});

describe("PUT of a fork", () => {
  test.each([
    ["its path", "/v1/stream/source"],
    ["its URL", "https://streams.test/v1/stream/source"],
    ["another spelling of its path", "/v1/stream/x/../%73ource"],
  ])("finds the source by %s", async (_, from) => {
    const { call, create } = server();
    await create("source", "text/plain", "inherited");
    expect((await call("PUT", "fork", { headers: { "Stream-Forked-From": from } })).status).toBe(201);
    expect(await (await call("GET", "fork")).text()).toBe("inherited");
  });

  test.each([
    ["a source that does not exist", { "Stream-Forked-From": "/v1/stream/none" }, 404],
    ["an offset beyond the tail", { ...FROM, "Stream-Fork-Offset": "0000000000000000_0000000000000009" }, 400],
    ["a sub-offset beyond the tail", { ...FROM, "Stream-Fork-Offset": "-1", "Stream-Fork-Sub-Offset": "4" }, 400],
    ["another content type", { ...FROM, "Content-Type": "text/html" }, 409],
    ["a soft-deleted source", { "Stream-Forked-From": "/v1/stream/deleted" }, 409],
  ])("with %s is refused", async (_, headers, status) => {
    const { call, create } = server();
    await create("source", "text/plain", "abc");
    await create("deleted");
    await call("PUT", "reader", { headers: { "Stream-Forked-From": "/v1/stream/deleted" } });
    await call("DELETE", "deleted");
    expect((await call("PUT", "fork", { headers })).status).toBe(status);
  });

  test.each([
    ["the same", FROM, 200],
    ["another offset", { ...FROM, "Stream-Fork-Offset": "-1" }, 409],
    ["no source", {}, 409],
  ])("repeated with %s is judged by what was asked first", async (_, headers, status) => {
    const { call, create } = server();
    await create("source", "text/plain", "abc");
    await call("PUT", "fork", { headers: FROM });
    expect((await call("PUT", "fork", { headers: { "Content-Type": "text/plain", ...headers } })).status).toBe(status);
  });

  test("takes offset and sub-offset", async () => {
    const { append, call, create } = server();
    const middle = offsetOf(await create("source", "text/plain", "abc"));
    await append("source", "text/plain", "defg");
    const headers = { ...FROM, "Stream-Fork-Offset": middle, "Stream-Fork-Sub-Offset": "2" };
    await call("PUT", "fork", { headers });
    expect(await (await call("GET", "fork")).text()).toBe("abcde");
  });

  test.each(["PUT", "HEAD", "GET"])("shows nothing of it in the answer to %s", async (method) => {
    const { call, create } = server();
    await create("source", "text/plain", "abc");
    await call("PUT", "fork", { headers: FROM });
    const { headers } = await call(method, "fork", method === "PUT" ? { headers: FROM } : {});
    expect([...headers.keys()].filter((name) => name.startsWith("stream-fork"))).toEqual([]);
  });
});
