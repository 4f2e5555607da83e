import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { allowAnonymous, createStreamWorker } from "../../../src/server/durable-object/index.ts";
import { BASE, Client, header, status } from "./client.ts";
import { door } from "./door.ts";
import { probe } from "./probe.ts";
import { holdings, NOTHING } from "./storage.ts";

const client = new Client("PROBED");

beforeEach(() => probe.reset());

describe("what the Worker passes on", () => {
  test("keeps the Content-Length of a long body", async () => {
    await client.put("length", { body: new Uint8Array(300_000) });
    expect(await header(client.get("length"), "Content-Length")).toBe("300000");
  });

  test("has no body at 304, 204 and HEAD", async () => {
    const etag =
      (await header(
        client.put("bodies", { body: "x" }).then(() => client.get("bodies")),
        "ETag",
      )) ?? "";
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
    const answer = await client.post("crashes", "data", { headers: { Origin: "https://app.example" } });
    expect([
      answer.status,
      answer.headers.get("Retry-After"),
      answer.headers.get("Access-Control-Allow-Origin"),
    ]).toEqual([503, "1", "*"]);
  });

  test("is 413, read to its end, when the body is beyond the object's limit", async () => {
    probe.limits = { maxBodyBytes: 1000 };
    await client.put("limited");
    const answer = await client.post("limited", new Uint8Array(4_000_000));
    expect([answer.status, await answer.json()]).toEqual([
      413,
      expect.objectContaining({ code: "PayloadTooLargeError" }),
    ]);
  });

  test("is 413 for a body of 17 MiB where nobody has set a limit, and nothing is stored", async () => {
    await client.put("unlimited");
    expect(await status(client.post("unlimited", new Uint8Array(17 * 1024 * 1024)))).toBe(413);
    expect(await client.text("unlimited")).toBe("");
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
    ["a service", { STREAMS: exports.default }],
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
