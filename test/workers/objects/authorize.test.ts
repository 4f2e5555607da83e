import { beforeEach, describe, expect, test, vi } from "vitest";
import { type AuthorizeContext, createStreamWorker } from "../../../src/server/durable-object/index.ts";
import { UnauthorizedError } from "../../../src/shared/index.ts";
import { status } from "./client.ts";
import { door } from "./door.ts";
import { probe } from "./probe.ts";

beforeEach(() => probe.reset());

const operations: [operation: string, method: string, init: RequestInit][] = [
  ["create", "PUT", {}],
  ["append", "POST", { body: "data", headers: { "Content-Type": "text/plain" } }],
  ["close", "POST", { headers: { "Stream-Closed": "true" } }],
  ["read", "GET", {}],
  ["head", "HEAD", {}],
  ["delete", "DELETE", {}],
];

describe("authorize", () => {
  test.each(operations)("is asked about %s before an object is touched", async (operation, method, init) => {
    const asked: unknown[] = [];
    const { ask, touched } = door({
      authorize: ({ operation, path }: AuthorizeContext) => {
        asked.push([operation, path, [...touched]]);
        return true;
      },
    });
    await status(ask(method, "some/path", init));
    expect([asked, touched]).toEqual([[[operation, "some/path", []]], ["some/path"]]);
  });

  test.each(operations)("that refuses %s keeps the object untouched", async (_operation, method, init) => {
    const { ask, touched } = door({ authorize: () => false });
    const headers = { ...init.headers, Origin: "https://app.example" };
    const answer = await ask(method, "private", { ...init, headers });
    expect([answer.status, answer.headers.get("Access-Control-Allow-Origin"), touched]).toEqual([403, "*", []]);
  });

  test("is told the environment", async () => {
    const authorize = vi.fn(() => true);
    await status(door({ authorize }).ask("HEAD", "environment"));
    expect(authorize).toHaveBeenCalledWith(expect.objectContaining({ env: { STREAMS: expect.anything() } }));
  });

  test("is asked twice about a fork: for the new path, and for the canonical path of the source", async () => {
    const asked: string[] = [];
    const { ask } = door({
      authorize: ({ operation, path }: AuthorizeContext) => {
        asked.push(`${operation} ${path}`);
        return true;
      },
    });
    await status(ask("PUT", "fork", { headers: { "Stream-Forked-From": "/v1/stream/a/../%73ource" } }));
    expect(asked).toEqual(["create fork", "read source"]);
  });

  test.each(["create fork", "read source"])("that refuses to %s keeps both objects untouched", async (refused) => {
    const { ask, touched } = door({
      authorize: ({ operation, path }: AuthorizeContext) => `${operation} ${path}` !== refused,
    });
    const answer = await ask("PUT", "fork", { headers: { "Stream-Forked-From": "/v1/stream/source" } });
    expect([answer.status, touched, probe.calls]).toEqual([403, [], []]);
  });

  test("may answer by itself, and the answer carries CORS headers", async () => {
    const { ask } = door({ authorize: () => Response.redirect("https://login.test/", 303) });
    const answer = await ask("GET", "private");
    expect([answer.status, answer.headers.get("Location"), answer.headers.get("Access-Control-Allow-Origin")]).toEqual([
      303,
      "https://login.test/",
      "*",
    ]);
  });

  test("may throw an error of the vocabulary", async () => {
    const { ask } = door({ authorize: () => Promise.reject(new UnauthorizedError()) });
    const answer = await ask("GET", "private");
    expect([answer.status, answer.headers.get("Access-Control-Allow-Origin")]).toEqual([401, "*"]);
  });

  test("that fails closes the door", async () => {
    const { ask, touched } = door({ authorize: () => Promise.reject(new Error("bug")), onError: () => {} });
    expect([await status(ask("GET", "private")), touched]).toEqual([500, []]);
  });

  test("is not asked about a preflight, which touches no object", async () => {
    const authorize = vi.fn(() => true);
    const { ask, touched } = door({ authorize });
    const answer = await ask("OPTIONS", "any", { headers: { Origin: "https://app.test" } });
    expect([answer.status, authorize.mock.calls, touched]).toEqual([204, [], []]);
  });

  test("is required", () => {
    // @ts-expect-error What TypeScript refuses, JavaScript may still write.
    expect(() => createStreamWorker({ binding: "STREAMS" })).toThrow("authorize is required");
  });

  test("refusing a large body lets the client read the answer", async () => {
    const { ask } = door({ authorize: () => false });
    const answer = await ask("POST", "private", { body: new Uint8Array(4_000_000) });
    expect(await answer.json()).toMatchObject({ code: "ForbiddenError" });
  });
});
