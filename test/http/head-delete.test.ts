import { describe, expect, test } from "vitest";
import { offsetOf, server } from "./server.ts";

describe("HEAD", () => {
  test("describes a stream and is not cached", async () => {
    const { call, create } = server();
    const created = await create("a", "text/plain; charset=utf-8", "abc", { "Stream-TTL": "60" });
    const response = await call("HEAD", "a");
    const { headers } = response;
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    expect(offsetOf(response)).toBe(offsetOf(created));
    expect(headers.get("Stream-TTL")).toBe("60");
    expect(headers.get("Stream-Id")).toBe(created.headers.get("Stream-Id"));
    expect(headers.get("Cache-Control")).toBe("no-store");
    expect(headers.get("Stream-Closed")).toBeNull();
  });

  test("tells of an end of life and of closing", async () => {
    const { call, create } = server();
    await create("a", "text/plain", "x", { "Stream-Expires-At": "2030-01-01T00:00:00Z", "Stream-Closed": "true" });
    const { headers } = await call("HEAD", "a");
    expect(Date.parse(headers.get("Stream-Expires-At") ?? "")).toBe(Date.UTC(2030, 0, 1));
    expect(headers.get("Stream-Closed")).toBe("true");
  });

  test("ignores the query", async () => {
    const { call, create } = server();
    await create("a");
    expect((await call("HEAD", "a?offset=nonsense&live=maybe")).status).toBe(200);
  });

  test("has the entity tag of a GET of the whole stream", async () => {
    const { call, create } = server();
    await create("a", "text/plain", "abc");
    const head = await call("HEAD", "a");
    expect(head.headers.get("ETag")).toBe((await call("GET", "a")).headers.get("ETag"));
  });
});

describe("DELETE", () => {
  test("answers 204, and from then on the stream is not found", async () => {
    const { call, create } = server();
    await create("a");
    expect((await call("DELETE", "a")).status).toBe(204);
    expect((await call("DELETE", "a")).status).toBe(404);
    expect((await call("GET", "a")).status).toBe(404);
  });

  test("of a stream with forks leaves 410 for it and its bytes to them", async () => {
    const { call, create } = server();
    await create("a", "text/plain", "abc");
    await call("PUT", "fork", { headers: { "Stream-Forked-From": "/v1/stream/a" } });
    expect((await call("DELETE", "a")).status).toBe(204);
    const again = await Promise.all(["GET", "HEAD", "POST", "DELETE"].map((method) => call(method, "a")));
    expect(again.map(({ status }) => status)).toEqual([410, 410, 410, 410]);
    expect(await (await call("GET", "fork")).text()).toBe("abc");
  });
});
