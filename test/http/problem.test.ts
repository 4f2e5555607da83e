import { describe, expect, test, vi } from "vitest";
import type { StreamStore } from "../../src/server/storage/contract/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { UnauthorizedError, UnavailableError } from "../../src/shared/index.ts";
import { server } from "./server.ts";

/** A store of which one method fails. */
function failing(method: keyof StreamStore, error: unknown): StreamStore {
  return new Proxy<StreamStore>(new MemoryStore(), {
    get: (target, name) => {
      if (name === method) return () => Promise.reject(error);
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

describe("refusals", () => {
  test("are problem+json with type, title, status, detail and code", async () => {
    const response = await server().call("GET", "missing");
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await response.json()).toEqual({
      type: "urn:durable-cf-streams:error:StreamNotFoundError",
      title: expect.any(String),
      status: 404,
      detail: expect.stringContaining("missing"),
      code: "StreamNotFoundError",
    });
  });

  test("are not stored by caches and carry the security headers", async () => {
    const { headers } = await server().call("GET", "missing");
    expect(headers.get("Cache-Control")).toBe("no-store");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
  });

  test("of HEAD have no body", async () => {
    const response = await server().call("HEAD", "missing");
    expect([response.status, await response.text()]).toEqual([404, ""]);
  });

  test("of an unknown method list the known ones", async () => {
    const response = await server().call("PATCH", "a");
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD, POST, PUT, DELETE, OPTIONS"]);
  });

  test("of an append to a closed stream carry its end", async () => {
    const { append, create } = server();
    const created = await create("a", "text/plain", "x", { "Stream-Closed": "true" });
    const response = await append("a", "text/plain", "y");
    expect(response.status).toBe(409);
    expect(response.headers.get("Stream-Closed")).toBe("true");
    expect(response.headers.get("Stream-Next-Offset")).toBe(created.headers.get("Stream-Next-Offset"));
  });
});

describe("failures of a store", () => {
  test("that are tagged keep their status and headers", async () => {
    const { call, errors } = server({}, failing("head", new UnavailableError({ retryAfterSeconds: 2 })));
    const response = await call("HEAD", "a");
    expect([response.status, response.headers.get("Retry-After"), errors]).toEqual([503, "2", []]);
  });

  test("that lost their class on the way from another object keep their status", async () => {
    const error = Object.assign(new Error("The stream is unavailable"), {
      _tag: "UnavailableError",
      name: "UnavailableError",
    });
    expect((await server({}, failing("read", error)).call("GET", "a")).status).toBe(503);
  });

  test("that nobody expected are a 500 without their details, and are reported", async () => {
    const bug = new TypeError("x.y is not a function, key=hunter2");
    const { call, errors } = server({}, failing("read", bug));
    const response = await call("GET", "a");
    expect(response.status).toBe(500);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({
      status: 500,
      code: "InternalError",
      detail: expect.not.stringContaining("hunter2"),
    });
    expect(errors).toEqual([bug]);
  });
});

test("an error with a fact that no header can carry is a 500, and is reported", async () => {
  const refusal = new UnauthorizedError({ challenge: "\u5408\u8a00\u8449" });
  const { call, errors } = server({ authorize: () => Promise.reject(refusal) });
  expect((await call("GET", "a")).status).toBe(500);
  expect(errors).toContain(refusal);
});

test("a hook that fails when it is told of an error costs the client nothing", async () => {
  const report = vi.spyOn(console, "error").mockImplementation(() => {});
  const onError = () => {
    throw new Error("The hook has a bug");
  };
  const { call } = server({ onError }, failing("read", new TypeError("x.y is not a function")));
  expect((await call("GET", "a")).status).toBe(500);
  expect(report).toHaveBeenCalledWith(new Error("The hook has a bug"));
  report.mockRestore();
});
