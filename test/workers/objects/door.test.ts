import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import {
  type AuthorizeContext,
  allowAnonymous,
  createStreamWorker,
  type StreamObject,
  type StreamWorkerOptions,
} from "../../../src/server/durable-object/index.ts";
import { ownNamespace } from "../../../src/server/durable-object/namespace.ts";
import { UnauthorizedError } from "../../../src/shared/index.ts";
import { BASE, Client, header, status } from "./client.ts";
import { probe } from "./probe.ts";
import { holdings, NOTHING } from "./storage.ts";

const client = new Client("PROBED");

beforeEach(() => probe.reset());

interface DoorEnv {
  readonly STREAMS: unknown;
}

/** A Worker with a door of the test's own, and the names of the objects that it reached for. */
function door(options: Omit<StreamWorkerOptions<DoorEnv>, "binding">) {
  const touched: string[] = [];
  const getByName = (name: string): DurableObjectStub<StreamObject> => {
    touched.push(name);
    return env.PROBED.getByName(name);
  };
  const worker = createStreamWorker<DoorEnv>({ binding: "STREAMS", ...options });
  const ask = (method: string, path: string, init: RequestInit = {}) =>
    worker.fetch(new Request(`${BASE}/${path}`, { method, ...init }), { STREAMS: { getByName } });
  return { ask, touched };
}

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
    const answer = await ask(method, "private", init);
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

describe("paths", () => {
  const paths: [path: string, expected: number | string][] = [
    ["a/b", "a/b"],
    ["a/./b", "a/b"],
    ["x/../a/b", "a/b"],
    ["x/%2e%2E/a/b", "a/b"],
    ["a/%62", "a/b"],
    ["caf%C3%A9", "café"],
    ["a%20b", "a b"],
    ["a//b", 400],
    ["a/", 400],
    ["a%2Fb", 400],
    ["a%5Cb", 400],
    ["a%00b", 400],
    ["a%7F", 400],
    ["%ff", 400],
    ["../../v1/other", 404],
    ["__ds", 404],
    ["__ds/subscriptions/x", 404],
    ["%5F_ds/x", 404],
    ["x/../__ds", 404],
    ["x/__ds", "x/__ds"],
    ["n".repeat(1024), "n".repeat(1024)],
    ["n".repeat(1025), 414],
    ["%C3%A9".repeat(512), "é".repeat(512)],
    ["%C3%A9".repeat(513), 414],
  ];

  const shown = (path: string) => (path.length > 30 ? `${path.slice(0, 10)}… (${path.length})` : path);
  const rows = paths.map(([path, expected]) => ({ name: shown(path), path, expected }));

  test.each(rows)("$name name one object, or none, whatever the method", async ({ path, expected }) => {
    const { ask, touched } = door({ authorize: allowAnonymous() });
    const statuses: number[] = [];
    for (const method of ["DELETE", "PUT", "GET", "HEAD", "POST"]) statuses.push(await status(ask(method, path)));
    const all = (value: number | string) => Array(5).fill(value);
    expect(typeof expected === "string" ? touched : statuses).toEqual(all(expected));
    expect(touched.length).toBe(typeof expected === "string" ? 5 : 0);
  });

  test.each(rows)("$name name the same source in Stream-Forked-From", async ({ path, expected }) => {
    const sources: string[] = [];
    const { ask, touched } = door({
      authorize: ({ operation, path }: AuthorizeContext) => {
        if (operation === "read") sources.push(path);
        return operation === "create";
      },
    });
    const answer = await status(ask("PUT", "fork", { headers: { "Stream-Forked-From": `/v1/stream/${path}` } }));
    const refused = typeof expected === "number" ? expected : 403;
    expect([answer, sources, touched]).toEqual([refused, typeof expected === "string" ? [expected] : [], []]);
  });

  test("of the greatest length can be forked", async () => {
    const source = "ü".repeat(512);
    await client.put(encodeURIComponent(source), { body: "far" });
    expect(await status(client.fork("near", encodeURIComponent(source)))).toBe(201);
    expect(await client.text("near")).toBe("far");
  });

  test("with characters beyond ASCII can be forked over two objects", async () => {
    await client.put("%E6%B5%81/%F0%9F%8C%8A", { body: "流" });
    await client.fork("%E6%B5%81/fork", "%E6%B5%81/%F0%9F%8C%8A");
    expect(await client.text("%E6%B5%81/fork")).toBe("流");
  });
});

describe("the header that objects send to each other", () => {
  test("is ignored when it comes from outside", async () => {
    await client.put("segment", { body: "public" });
    const forged = encodeURIComponent(JSON.stringify({ access: { path: "secret" }, start: 0, end: 9 }));
    const answer = client.get("segment", "", { headers: { "Durable-CF-Streams-Segment": forged } });
    expect(await (await answer).text()).toBe("public");
  });

  test("gives nothing to a fork that is not registered", async () => {
    const streamId = await header(client.put("guarded", { body: "secret" }), "Stream-Id");
    const access = { path: "guarded", streamId, start: 0, end: 6, forkId: "0".repeat(32) };
    const range = encodeURIComponent(JSON.stringify({ access, start: 0, end: 6 }));
    const headers = { "Durable-CF-Streams-Segment": range };
    expect(await status(client.stub("guarded").fetch("https://object/segment", { headers }))).toBe(410);
  });

  test("takes no storage where there is no stream", async () => {
    const access = { path: "nobody", streamId: "1".repeat(32), start: 0, end: 6, forkId: "0".repeat(32) };
    const range = encodeURIComponent(JSON.stringify({ access, start: 0, end: 6 }));
    await client.stub("nobody").fetch("https://object/segment", { headers: { "Durable-CF-Streams-Segment": range } });
    expect(await holdings(client, "nobody")).toEqual(NOTHING);
  });
});

describe("what the Worker passes on", () => {
  test("keeps the Content-Length of a long body", async () => {
    await client.put("length", { body: new Uint8Array(300_000) });
    expect(await header(client.get("length"), "Content-Length")).toBe("300000");
  });

  test("has no body at 304, 204 and HEAD", async () => {
    const etag = (await header(client.put("bodies", { body: "x" }).then(() => client.get("bodies")), "ETag")) ?? "";
    const answers = [
      await client.get("bodies", "", { headers: { "If-None-Match": etag } }),
      await client.post("bodies", "y"),
      await client.head("bodies"),
    ];
    expect(answers.map((answer) => [answer.status, answer.body])).toEqual([
      [304, null],
      [204, null],
      [200, null],
    ]);
  });

  test("is a problem with its code when the object refuses", async () => {
    const answer = await client.get("absent");
    expect([answer.headers.get("Content-Type"), await answer.json()]).toEqual([
      "application/problem+json",
      expect.objectContaining({ code: "StreamNotFoundError", status: 404 }),
    ]);
  });

  test("is 503 with Retry-After and CORS headers when the object crashes under the request", async () => {
    await client.put("crashes");
    probe.disturb("crashes POST", () => client.crash("crashes"));
    const answer = await client.post("crashes", "data");
    expect([answer.status, answer.headers.get("Retry-After"), answer.headers.get("Access-Control-Allow-Origin")]).toEqual(
      [503, "1", "*"],
    );
  });

  test("is 500, told to onError, when the object fails for another reason", async () => {
    const errors: unknown[] = [];
    const { ask } = door({ authorize: allowAnonymous(), onError: (error) => errors.push(String(error)) });
    probe.disturb("fails GET", () => Promise.reject(new Error("a bug in a subclass")));
    expect([await status(ask("GET", "fails")), errors]).toEqual([500, ["Error: a bug in a subclass"]]);
  });
});

describe("a mistake in the configuration", () => {
  test.each([
    ["no binding", {}],
    ["a variable", { STREAMS: { some: "json" } }],
    ["a string", { STREAMS: "name" }],
  ])("with %s in place of the namespace is named", async (_name, environment) => {
    const errors: unknown[] = [];
    const worker = createStreamWorker<{ STREAMS?: unknown }>({
      binding: "STREAMS",
      authorize: allowAnonymous(),
      onError: (error) => errors.push(String(error)),
    });
    expect(await status(worker.fetch(new Request(`${BASE}/path`), environment))).toBe(500);
    expect(errors).toEqual([expect.stringContaining("env.STREAMS is not a Durable Object namespace")]);
  });

  test("by which an object has no name is named", async () => {
    const stub = env.STREAMS.get(env.STREAMS.newUniqueId());
    await expect(stub.fetch("https://object/path")).rejects.toThrow("reach it with getByName(path)");
  });
});

describe("an object's own namespace", () => {
  const environment = { text: "x", none: null, json: { constructor: null }, other: env.STREAMS, own: env.PROBED };

  test("is found among bindings of all kinds by the object's name", () => {
    expect(ownNamespace({ id: env.PROBED.idFromName("a") }, environment)).toBe(env.PROBED);
  });

  test("is found for an object that does not know its name", () => {
    const id = env.PROBED.idFromString(env.PROBED.idFromName("a").toString());
    expect(ownNamespace({ id }, environment)).toBe(env.PROBED);
  });

  test("is not found when only other classes are bound", () => {
    expect(ownNamespace({ id: env.PROBED.idFromName("a") }, { other: env.STREAMS })).toBeUndefined();
  });
});
