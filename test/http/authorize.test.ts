import { describe, expect, test, vi } from "vitest";
import {
  type Authorize,
  type AuthorizeContext,
  createStreamHandler,
  type StreamHandlerOptions,
} from "../../src/server/http/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { ForbiddenError, UnauthorizedError } from "../../src/shared/index.ts";
import { codeOf, inPieces, server } from "./server.ts";

/** An authorizer that allows everything and notes what it was asked. */
function noting() {
  const asked: Pick<AuthorizeContext, "operation" | "path">[] = [];
  const authorize: Authorize = ({ operation, path }) => {
    asked.push({ operation, path });
    return true;
  };
  return { asked, authorize };
}

describe("what authorize is asked", () => {
  test.each([
    ["PUT", {}, "create"],
    ["POST", { body: "x", headers: { "Content-Type": "text/plain" } }, "append"],
    ["POST", { body: "x", headers: { "Stream-Closed": "true", "Content-Type": "text/plain" } }, "append"],
    ["POST", { body: inPieces(), headers: { "Stream-Closed": "true" } }, "append"],
    ["POST", { headers: { "Stream-Closed": "true" } }, "close"],
    ["POST", { headers: { "Stream-Closed": "TRUE", "Content-Length": "0" } }, "close"],
    ["POST", { headers: { "Stream-Closed": "yes" } }, "append"],
    ["GET", {}, "read"],
    ["HEAD", {}, "head"],
    ["DELETE", {}, "delete"],
  ])("%s with %o is called %s", async (method, call, operation) => {
    const { asked, authorize } = noting();
    await server({ authorize }).call(method, "rooms/caf%C3%A9", call);
    expect(asked).toEqual([{ operation, path: "rooms/café" }]);
  });

  test.each(["?offset=-1&live=sse", "?offset=-1&live=long-poll"])(
    "a live read with %s is called read",
    async (query) => {
      const { asked, authorize } = noting();
      await server({ authorize }).call("GET", `a${query}`);
      expect(asked).toEqual([{ operation: "read", path: "a" }]);
    },
  );

  test("a fork asks for create on the target, then for read on the canonical source", async () => {
    const { asked, authorize } = noting();
    await server({ authorize }).call("PUT", "fork", { headers: { "Stream-Forked-From": "/v1/stream/x/../%73ource" } });
    expect(asked).toEqual([
      { operation: "create", path: "fork" },
      { operation: "read", path: "source" },
    ]);
  });

  test("it gets the request itself", async () => {
    const seen: unknown[] = [];
    const authorize: Authorize = ({ request }) => {
      seen.push(request.headers.get("X-Team"));
      return true;
    };
    await server({ authorize }).call("GET", "a", { headers: { "X-Team": "blue" } });
    expect(seen).toEqual(["blue"]);
  });

  test("a preflight asks nothing", async () => {
    const { asked, authorize } = noting();
    await server({ authorize }).call("OPTIONS", "a");
    expect(asked).toEqual([]);
  });

  test("a body longer than the Content-Length of 0 that made it a close appends nothing", async () => {
    const { call, create } = server();
    await create("a");
    const headers = { "Stream-Closed": "true", "Content-Length": "0", "Content-Type": "text/plain" };
    expect((await call("POST", "a", { headers, body: inPieces("smuggled") })).status).toBe(400);
    expect(await (await call("GET", "a")).text()).toBe("");
  });
});

describe("what authorize answers", () => {
  const refusals: [string, Authorize, number][] = [
    ["false", () => false, 403],
    ["undefined", () => undefined, 403],
    ["a promise of nothing", () => Promise.resolve(undefined), 403],
    ["a response", () => new Response("no", { status: 418 }), 418],
    ["UnauthorizedError", () => Promise.reject(new UnauthorizedError()), 401],
    ["ForbiddenError", () => Promise.reject(new ForbiddenError()), 403],
  ];

  describe.each(["PUT", "POST", "GET", "HEAD", "DELETE"])("%s", (method) => {
    test.each(refusals)(
      "%s refuses before the store is asked, with CORS and security headers",
      async (_, authorize, status) => {
        const { call, calls } = server({ authorize });
        const response = await call(method, "a", { headers: { Origin: "https://app.example" } });
        expect(response.status).toBe(status);
        expect(calls.log).toEqual([]);
        expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
        expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
        expect(response.headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
      },
    );
  });

  test("something truthy that is not true refuses: only true opens the server", async () => {
    const options = { authorize: () => "yes" };
    // What a caller without types could pass.
    const loose: Pick<StreamHandlerOptions, "authorize"> = JSON.parse("{}");
    const { call } = server(Object.assign(loose, options));
    expect((await call("GET", "a")).status).toBe(403);
  });

  test("a refusal by a response keeps its own headers, even fixed ones", async () => {
    const { call } = server({ authorize: () => Response.redirect("https://login.test/", 303) });
    const response = await call("GET", "a");
    expect([response.status, response.headers.get("Location")]).toEqual([303, "https://login.test/"]);
  });

  test("an unexpected throw is a 500 that says nothing of it, and is reported", async () => {
    const { call, errors } = server({ authorize: () => Promise.reject(new Error("password is hunter2")) });
    const response = await call("GET", "a");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("hunter2");
    expect(errors).toEqual([new Error("password is hunter2")]);
  });

  test.each([
    ["create", "fork"],
    ["read", "source"],
  ])("a fork needs %s on %s as well", async (operation, path) => {
    const authorize = vi.fn<Authorize>((context) => !(context.operation === operation && context.path === path));
    const { call, calls } = server({ authorize });
    const response = await call("PUT", "fork", { headers: { "Stream-Forked-From": "/v1/stream/source" } });
    expect([response.status, calls.log]).toEqual([403, []]);
  });

  test("a refused body is read to its end before the answer", async () => {
    const { call } = server({ authorize: () => false });
    let pulls = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulls += 1;
        if (pulls > 100) controller.close();
        else controller.enqueue(new Uint8Array(1000));
      },
    });
    await call("POST", "a", { body });
    expect(pulls).toBe(101);
  });

  test("an endless refused body is cancelled, and the answer given", async () => {
    const { call } = server({ authorize: () => false });
    const cancelled = Promise.withResolvers<void>();
    const megabyte = new Uint8Array(1 << 20);
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(megabyte),
      cancel: () => cancelled.resolve(),
    });
    expect((await call("POST", "a", { body })).status).toBe(403);
    await cancelled.promise;
  });
});

test("a handler without authorize is not made", () => {
  const options: StreamHandlerOptions = JSON.parse("{}");
  expect(() => createStreamHandler(new MemoryStore(), options)).toThrow(/authorize is required/);
});

test("the code of a plain refusal is ForbiddenError", async () => {
  const { call } = server({ authorize: () => false });
  expect(await codeOf(await call("GET", "a"))).toBe("ForbiddenError");
});
