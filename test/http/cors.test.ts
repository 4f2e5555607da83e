import { describe, expect, test } from "vitest";
import { createCors } from "../../src/server/http/cors.ts";
import { server } from "./server.ts";

const APP = "https://app.example";
const listOf = (value: string | null): string[] => (value ?? "").split(", ").map((name) => name.toLowerCase());

const REQUEST_HEADERS = [
  "authorization",
  "content-type",
  "if-none-match",
  "last-event-id",
  "producer-epoch",
  "producer-id",
  "producer-seq",
  "stream-closed",
  "stream-expires-at",
  "stream-fork-offset",
  "stream-fork-sub-offset",
  "stream-forked-from",
  "stream-seq",
  "stream-ttl",
];
const RESPONSE_HEADERS = [
  "etag",
  "location",
  "producer-epoch",
  "producer-expected-seq",
  "producer-received-seq",
  "producer-seq",
  "retry-after",
  "stream-closed",
  "stream-cursor",
  "stream-expires-at",
  "stream-id",
  "stream-next-offset",
  "stream-sse-data-encoding",
  "stream-ttl",
  "stream-up-to-date",
];

describe("open to all, as by default", () => {
  test.each(["a", "a/b", "", "__ds/x", "%zz"])("a preflight for %j answers 204 without a body", async (path) => {
    const response = await server().call("OPTIONS", `/v1/stream/${path}`, { headers: { Origin: APP } });
    expect([response.status, await response.text()]).toEqual([204, ""]);
  });

  test("a preflight outside the base path answers 404", async () => {
    expect((await server().call("OPTIONS", "/v1/streams", { headers: { Origin: APP } })).status).toBe(404);
  });

  test("a preflight allows every request header of the protocol", async () => {
    const response = await server().call("OPTIONS", "a");
    expect(listOf(response.headers.get("Access-Control-Allow-Headers"))).toEqual(
      expect.arrayContaining(REQUEST_HEADERS),
    );
  });

  test("a preflight allows every method and may be remembered for a day", async () => {
    const { headers } = await server().call("OPTIONS", "a");
    expect(headers.get("Access-Control-Allow-Methods")).toBe("GET, HEAD, POST, PUT, DELETE, OPTIONS");
    expect(headers.get("Access-Control-Max-Age")).toBe("86400");
  });

  test.each([
    ["PUT", "new", 201],
    ["GET", "a", 200],
    ["GET", "a?offset=0000000000000000_0000000000000001&live=long-poll", 204],
    ["GET", "a?offset=-1&live=sse", 200],
    ["GET", "missing", 404],
    ["GET", "a?offset=x", 400],
    ["PATCH", "a", 405],
    ["GET", "/elsewhere", 404],
  ])("the answer to %s %s (%i) can be read by a page, protocol headers included", async (method, path, status) => {
    const { call, create } = server();
    await create("a", "text/plain", "x", { "Stream-Closed": "true" });
    const response = await call(method, path, { headers: { Origin: APP } });
    expect(response.status).toBe(status);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(listOf(response.headers.get("Access-Control-Expose-Headers"))).toEqual(
      expect.arrayContaining(RESPONSE_HEADERS),
    );
    expect(response.headers.get("Vary")).toBeNull();
  });
});

describe("without an origin", () => {
  test.each(["PUT", "POST", "DELETE"])("the answer to a %s carries nothing, since no page sent it", async (method) => {
    const { headers } = await server().call(method, "a");
    expect([headers.get("Access-Control-Allow-Origin"), headers.get("Access-Control-Expose-Headers")]).toEqual([
      null,
      null,
    ]);
  });

  test.each(["GET", "HEAD"])("the answer to a %s can be read by a page, since a cache may keep it", async (method) => {
    const { headers } = await server().call(method, "a");
    expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
  });

  test("caches are told of a read that its answer depends on the origin", async () => {
    const { headers } = await server({ cors: { origins: [APP] } }).call("GET", "a");
    expect(headers.get("Vary")).toBe("Origin");
  });
});

describe("open to some", () => {
  const cors = { origins: [APP], credentials: true, maxAgeSeconds: 60, allowedHeaders: ["X-Team"] };

  test("a listed origin is named, with credentials", async () => {
    const { headers } = await server({ cors }).call("GET", "a", { headers: { Origin: APP } });
    expect(headers.get("Access-Control-Allow-Origin")).toBe(APP);
    expect(headers.get("Access-Control-Allow-Credentials")).toBe("true");
  });

  test.each(["https://evil.example", "https://app.example.evil.example", "null"])("%s is not", async (origin) => {
    const { headers } = await server({ cors }).call("GET", "a", { headers: { Origin: origin } });
    expect(headers.get("Access-Control-Allow-Origin")).toBeNull();
    expect(headers.get("Access-Control-Allow-Credentials")).toBeNull();
  });

  test.each([APP, "https://evil.example"])(
    "caches are told that the answer to %s depends on the origin",
    async (origin) => {
      const { headers } = await server({ cors }).call("GET", "a", { headers: { Origin: origin } });
      expect(headers.get("Vary")).toBe("Origin");
    },
  );

  test("a function may decide", async () => {
    const { call } = server({ cors: { origins: (origin) => origin.endsWith(".example") } });
    const { headers } = await call("GET", "a", { headers: { Origin: APP } });
    expect(headers.get("Access-Control-Allow-Origin")).toBe(APP);
  });

  test("a preflight carries the options", async () => {
    const { headers } = await server({ cors }).call("OPTIONS", "a", { headers: { Origin: APP } });
    expect(headers.get("Access-Control-Max-Age")).toBe("60");
    expect(listOf(headers.get("Access-Control-Allow-Headers"))).toContain("x-team");
  });

  test("a function that fails is a 500 that no page may read, and is reported", async () => {
    const bug = new Error("no database");
    const origins = () => {
      throw bug;
    };
    const { call, errors } = server({ cors: { origins } });
    const response = await call("GET", "a", { headers: { Origin: APP } });
    expect([response.status, response.headers.get("Access-Control-Allow-Origin"), errors]).toEqual([500, null, [bug]]);
  });

  test("credentials for everybody are refused at once", () => {
    expect(() => createCors({ credentials: true })).toThrow(TypeError);
  });
});

describe("off", () => {
  test("no answer has CORS headers", async () => {
    const { headers } = await server({ cors: false }).call("GET", "a", { headers: { Origin: APP } });
    expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test("a preflight answers 405", async () => {
    const response = await server({ cors: false }).call("OPTIONS", "a", { headers: { Origin: APP } });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD, POST, PUT, DELETE"]);
  });
});
