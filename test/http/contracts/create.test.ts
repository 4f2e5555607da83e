import { describe, expect, test } from "vitest";
import { allowAnonymous, createStreamHandler } from "../../../src/server/http/index.ts";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import { defineStream } from "../../../src/shared/index.ts";
import { codeOf, inPieces } from "../server.ts";
import { chats, guarded, JSON_TYPE, message, notes } from "./support.ts";

describe("the creation of a stream of a contract", () => {
  test("without a content type takes the contract's", async () => {
    const { call } = guarded();
    const created = await call("PUT", "chats/1");
    expect([created.status, created.headers.get("Content-Type")]).toEqual([201, JSON_TYPE]);
    expect((await call("PUT", "notes/1", { body: inPieces("hello") })).headers.get("Content-Type")).toBe("text/plain");
    expect(await (await call("GET", "notes/1")).text()).toBe("hello");
  });

  test("with another content type is refused with 409", async () => {
    const { calls, create } = guarded();
    expect(await codeOf(await create("chats/1", "text/plain"))).toBe("ContentTypeMismatchError");
    expect(calls.log).toEqual([]);
  });

  test("with messages stores them byte for byte", async () => {
    const { call, create } = guarded();
    expect((await create("chats/1", JSON_TYPE, '[ {"text" : "a"} ]')).status).toBe(201);
    expect(await (await call("GET", "chats/1")).text()).toBe('[{"text" : "a"}]');
  });

  test("with an empty array creates an empty stream", async () => {
    expect((await guarded().create("chats/1", JSON_TYPE, "[]")).status).toBe(201);
  });

  test("with a message that the schema refuses creates nothing", async () => {
    const { call, calls, create } = guarded();
    const response = await create("chats/1", JSON_TYPE, '[{"text":"a"},{}]');
    expect(await response.json()).toMatchObject({ code: "InvalidMessageError", issues: [{ path: [1, "text"] }] });
    expect(calls.log).toEqual([]);
    expect((await call("HEAD", "chats/1")).status).toBe(404);
  });
});

describe("a fork", () => {
  const from = (source: string) => ({ headers: { "Stream-Forked-From": `/v1/stream/${source}` } });

  test("within a contract is made", async () => {
    const { call, create } = guarded();
    await create("chats/1", JSON_TYPE, '{"text":"a"}');
    expect((await call("PUT", "chats/2", from("chats/1"))).status).toBe(201);
    expect(await (await call("GET", "chats/2")).text()).toBe('[{"text":"a"}]');
  });

  test("between two contracts with one schema is made", async () => {
    const drafts = defineStream({ path: "/drafts/:id", schema: message });
    const { call, create } = guarded({ contracts: [chats, drafts] });
    await create("chats/1", JSON_TYPE, '{"text":"a"}');
    expect((await call("PUT", "drafts/1", from("chats/1"))).status).toBe(201);
  });

  test.each(["others/1", "notes/1"])(
    "from %s, whose messages no schema of its own has checked, is refused",
    async (source) => {
      const { call, calls, create } = guarded();
      await create(source, source === "notes/1" ? "text/plain" : JSON_TYPE);
      calls.log.length = 0;
      const response = await call("PUT", "chats/1", from(source));
      expect([response.status, await codeOf(response)]).toEqual([400, "InvalidRequestError"]);
      expect(calls.log).toEqual([]);
    },
  );

  test("of another content type than its contract's is refused, though it names none", async () => {
    const { call, create } = guarded();
    await create("chats/1", JSON_TYPE);
    expect((await call("PUT", "notes/1", from("chats/1"))).status).toBe(409);
  });

  test("at a path of no contract is none of their concern", async () => {
    const { call, create } = guarded();
    await create("chats/1", JSON_TYPE);
    expect((await call("PUT", "others/1", from("chats/1"))).status).toBe(201);
  });
});

describe("a path of no contract", () => {
  test("is created and written as without contracts", async () => {
    const { append, create } = guarded();
    expect((await create("others/1", JSON_TYPE)).status).toBe(201);
    expect((await append("others/1", JSON_TYPE, "7")).status).toBe(204);
  });

  test("with contractsOnly cannot be created", async () => {
    const { calls, create } = guarded({ contractsOnly: true });
    expect(await codeOf(await create("others/1", JSON_TYPE))).toBe("ForbiddenError");
    expect(calls.log).toEqual([]);
    expect((await create("notes/1")).status).toBe(201);
  });

  test("with contractsOnly is still written, read, closed and deleted where it exists", async () => {
    const { create, memory } = guarded();
    await create("others/1");
    const { append, call } = guarded({ contractsOnly: true }, memory);
    expect((await append("others/1", "text/plain", "a")).status).toBe(204);
    expect(await (await call("GET", "others/1")).text()).toBe("a");
    expect((await call("POST", "others/1", { headers: { "Stream-Closed": "true" } })).status).toBe(204);
    expect((await call("DELETE", "others/1")).status).toBe(204);
  });

  test("with contractsOnly and no contract at all cannot be created anywhere", async () => {
    expect((await guarded({ contracts: [], contractsOnly: true }).create("a")).status).toBe(403);
  });
});

describe("contracts", () => {
  const handler = (...paths: `/${string}`[]) =>
    createStreamHandler(new MemoryStore(), {
      authorize: allowAnonymous(),
      contracts: paths.map((path) => defineStream({ path })),
    });

  test("that both match a path: the first one counts", async () => {
    const lobby = defineStream({ path: "/notes/lobby", schema: message });
    const { create } = guarded({ contracts: [lobby, notes] });
    expect((await create("notes/lobby", "text/plain")).status).toBe(409);
    expect((await create("notes/other", "text/plain")).status).toBe(201);
  });

  test.each([
    ["the same pattern", ["/a/:b", "/a/:b"]],
    ["the same pattern with another name", ["/a/:b", "/a/:c"]],
    ["a special case behind the general one", ["/a/:b", "/a/c"]],
    ["a special case of every segment", ["/:a/:b/d", "/a/:c/d"]],
  ] as const)("of which one never counts are a mistake: %s", (_, paths) => {
    expect(() => handler(...paths)).toThrow(/never counts/);
  });

  test.each([
    ["a special case before the general one", ["/a/c", "/a/:b"]],
    ["patterns that cross", ["/a/:b", "/:a/b"]],
    ["patterns of other lengths", ["/a/:b", "/a/:b/c"]],
  ] as const)("may overlap: %s", (_, paths) => {
    expect(() => handler(...paths)).not.toThrow();
  });

  test.each([{ maxMessageBytes: 65_535 }, { maxBodyBytes: 0 }])("with %j make no sense", (limits) => {
    expect(() => guarded(limits)).toThrow(RangeError);
  });
});
