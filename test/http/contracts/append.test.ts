import type { StandardSchemaV1 } from "@standard-schema/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import { defineStream, type StreamContract } from "../../../src/shared/index.ts";
import { codeOf, inPieces, server } from "../server.ts";
import { batch, chats, guarded, JSON_TYPE, message, withChat } from "./support.ts";

describe("an append to a stream of a contract", () => {
  test("is stored byte for byte when the schema takes all its messages", async () => {
    const { append, call } = await withChat();
    const response = await append("chats/1", JSON_TYPE, '[{"text":"a", "n":12345678901234567890},{"text":"\\u0062"}]');
    expect(response.status).toBe(204);
    expect(await (await call("GET", "chats/1")).text()).toBe(
      '[{"text":"a", "n":12345678901234567890},{"text":"\\u0062"}]',
    );
  });

  test("is refused with the issues, and the store hears nothing of it", async () => {
    const { append, calls } = await withChat();
    const response = await append("chats/1", JSON_TYPE, '[{"text":"a"},{"text":7},{"text":"c"},{}]');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      type: "urn:durable-cf-streams:error:InvalidMessageError",
      code: "InvalidMessageError",
      status: 400,
      detail: expect.stringMatching(/^Message 1\.text: /),
      issues: [
        { path: [1, "text"], message: expect.stringContaining("string") },
        { path: [3, "text"], message: expect.stringContaining("string") },
      ],
    });
    expect(calls.log).toEqual([]);
  });

  test("of one message that is no array is judged as message 0", async () => {
    const { append } = await withChat();
    expect(await (await append("chats/1", JSON_TYPE, '{"text":null}')).json()).toMatchObject({
      issues: [{ path: [0, "text"] }],
    });
  });

  test("is flattened by one level before it is judged", async () => {
    const rows = defineStream({ path: "/rows", schema: z.array(z.number()) });
    const { append, create } = server({ contracts: [rows] });
    await create("rows", JSON_TYPE);
    expect((await append("rows", JSON_TYPE, "[[1],[2,3]]")).status).toBe(204);
    expect((await append("rows", JSON_TYPE, "[1,2]")).status).toBe(400);
  });

  test("that also closes leaves the stream open when it is refused", async () => {
    const { append, call } = await withChat();
    const refused = await append("chats/1", JSON_TYPE, "{}", { "Stream-Closed": "true" });
    expect(refused.status).toBe(400);
    expect((await call("HEAD", "chats/1")).headers.get("Stream-Closed")).toBeNull();
    const taken = await append("chats/1", JSON_TYPE, '{"text":"bye"}', { "Stream-Closed": "true" });
    expect([taken.status, taken.headers.get("Stream-Closed")]).toEqual([204, "true"]);
  });

  test("that comes in pieces is judged like any other", async () => {
    const { append, call } = await withChat();
    expect((await append("chats/1", JSON_TYPE, inPieces('{"te', 'xt":"a"}'))).status).toBe(204);
    expect((await append("chats/1", JSON_TYPE, inPieces('{"te', 'xt":1}'))).status).toBe(400);
    expect(await (await call("GET", "chats/1")).text()).toBe('[{"text":"a"}]');
  });

  test.each([
    ["is not JSON", "{", "InvalidJsonError"],
    ["is an empty array", "[]", "InvalidJsonError"],
    ["is empty", "", "InvalidRequestError"],
  ])("whose body %s is refused as without a contract", async (_, body, code) => {
    const { append } = await withChat();
    expect(await codeOf(await append("chats/1", JSON_TYPE, body))).toBe(code);
  });

  test("of another content type is refused with 409", async () => {
    const { append, calls } = await withChat();
    const response = await append("chats/1", "text/plain", "hello");
    expect([response.status, await codeOf(response)]).toEqual([409, "ContentTypeMismatchError"]);
    expect(calls.log).toEqual([]);
  });

  test("of the same content type with other parameters is taken", async () => {
    const { append } = await withChat();
    expect((await append("chats/1", "Application/JSON; charset=utf-8", '{"text":"a"}')).status).toBe(204);
  });

  test("without a content type is refused with 400", async () => {
    const { call } = await withChat();
    expect((await call("POST", "chats/1", { body: inPieces('{"text":"a"}') })).status).toBe(400);
  });

  test("with a body over the limit is refused with 413", async () => {
    const { append } = await withChat({ maxBodyBytes: 20 });
    expect((await append("chats/1", JSON_TYPE, '{"text":"more than that"}')).status).toBe(413);
  });

  test("that only closes passes", async () => {
    const { call } = await withChat();
    expect((await call("POST", "chats/1", { headers: { "Stream-Closed": "true" } })).status).toBe(204);
  });

  test("that only closes, with a type and a body that turns out empty, passes", async () => {
    const { append } = await withChat();
    const response = await append("chats/1", JSON_TYPE, inPieces(), { "Stream-Closed": "true" });
    expect([response.status, response.headers.get("Stream-Closed")]).toEqual([204, "true"]);
  });
});

describe("a contract without a schema", () => {
  test("leaves the body unread and lets it through", async () => {
    const { append, call, create } = guarded();
    await create("notes/1");
    expect((await append("notes/1", "text/plain", inPieces("a", "b"))).status).toBe(204);
    expect(await (await call("GET", "notes/1")).text()).toBe("ab");
  });

  test("refuses another content type", async () => {
    const { append, create } = guarded();
    await create("notes/1");
    expect(await codeOf(await append("notes/1", JSON_TYPE, "1"))).toBe("ContentTypeMismatchError");
  });
});

describe("schemas", () => {
  /** A server whose streams at `/s` hold what the function takes. */
  async function judgedBy(validate: (value: unknown) => StandardSchemaV1.Result<unknown>) {
    const schema: StandardSchemaV1 = { "~standard": { version: 1, vendor: "test", validate } };
    const made = server({ contracts: [defineStream({ path: "/s", schema })] });
    await made.create("s", JSON_TYPE);
    return made;
  }

  test("may answer later", async () => {
    const later = message.refine(async ({ text }) => (await Promise.resolve(text)) !== "no");
    const { append, create } = server({ contracts: [defineStream({ path: "/s", schema: later })] });
    await create("s", JSON_TYPE);
    expect((await append("s", JSON_TYPE, '[{"text":"yes"},{"text":"well"}]')).status).toBe(204);
    expect((await append("s", JSON_TYPE, '[{"text":"yes"},{"text":"no"}]')).status).toBe(400);
  });

  test("that transform judge what is stored as it was sent", async () => {
    const at = z.object({ at: z.iso.datetime().transform((text) => new Date(text)) });
    const { append, call, create } = server({ contracts: [defineStream({ path: "/s", schema: at })] });
    await create("s", JSON_TYPE);
    await append("s", JSON_TYPE, ' {"at": "2026-01-01T00:00:00Z"} ');
    expect(await (await call("GET", "s")).text()).toBe('[{"at": "2026-01-01T00:00:00Z"}]');
  });

  test("that refuse without saying why still refuse", async () => {
    const { append } = await judgedBy(() => ({ issues: [] }));
    expect(await (await append("s", JSON_TYPE, "1")).json()).toMatchObject({ issues: [{ path: [0] }] });
  });

  test("may name keys as symbols and as objects", async () => {
    const path = [Symbol("key"), { key: 3 }, { key: "name" }];
    const { append } = await judgedBy(() => ({ issues: [{ message: "no", path }] }));
    expect(await (await append("s", JSON_TYPE, "1")).json()).toMatchObject({
      issues: [{ path: [0, "Symbol(key)", 3, "name"] }],
    });
  });

  test("that fail are the server's fault: 500, reported, nothing stored", async () => {
    const { append, calls, errors } = await judgedBy(() => {
      throw new Error("a bug in the schema");
    });
    calls.log.length = 0;
    expect((await append("s", JSON_TYPE, "1")).status).toBe(500);
    expect([errors, calls.log]).toEqual([[new Error("a bug in the schema")], []]);
  });

  describe("that refer to themselves", () => {
    const tree: z.ZodType = z.lazy(() => z.array(tree));
    const late = tree.refine(async () => true);

    test.each([
      ["at once", tree],
      ["later", late],
    ])("and answer %s refuse a message they cannot follow down, with 400", async (_, schema) => {
      const { append, create, errors } = server({ contracts: [defineStream({ path: "/s", schema })] });
      await create("s", JSON_TYPE);
      const deep = `${"[".repeat(500_000)}${"]".repeat(500_000)}`;
      const refused = await append("s", JSON_TYPE, `[[[]],${deep}]`);
      expect([refused.status, await refused.json(), errors]).toEqual([
        400,
        expect.objectContaining({ code: "InvalidMessageError", issues: [{ message: "Nested too deeply", path: [1] }] }),
        [],
      ]);
      expect((await append("s", JSON_TYPE, "[[[]],[[],[[]]]]")).status).toBe(204);
    });
  });

  test("are asked no more once ten issues are found, and the answer stays below 64 Ki characters", async () => {
    let asked = 0;
    const hostile = { message: "\u0001".repeat(10_000), path: Array(100).fill("\u0001".repeat(1000)) };
    const { append } = await judgedBy(() => {
      asked += 1;
      return { issues: Array(6).fill(hostile) };
    });
    const text = await (await append("s", JSON_TYPE, `[${"1,".repeat(999)}1]`)).text();
    expect([JSON.parse(text).issues.length, asked]).toEqual([10, 2]);
    expect(text.length).toBeLessThan(65_536);
  });

  test("see every message of a body, in order, however it falls into windows", async () => {
    const seen: unknown[] = [];
    const { append } = await judgedBy((value) => {
      seen.push(value);
      return { value };
    });
    const sizes = fc.array(fc.oneof(fc.nat(40), fc.integer({ min: 60_000, max: 140_000 })), {
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        seen.length = 0;
        const sent = lengths.map((length, index) => `${index}${"é".repeat(length / 2)}`);
        expect((await append("s", JSON_TYPE, JSON.stringify(sent, null, lengths.length % 3))).status).toBe(204);
        expect(seen).toEqual(sent);
      }),
      { numRuns: 20 },
    );
  });
});

describe("a large message", () => {
  const MIB = 1024 * 1024;
  const any = defineStream({ path: "/any", schema: z.any() });

  async function withLimit(maxMessageBytes: number | undefined) {
    const made = server({ contracts: [any], maxMessageBytes });
    await made.create("any", JSON_TYPE);
    return made;
  }

  test.each([
    ["1 MiB", undefined, MIB],
    ["what the option says", 65_536, 65_536],
  ])("is taken up to %s and refused above it", async (_, option, limit) => {
    const { append } = await withLimit(option);
    const text = (bytes: number): string => `"${"x".repeat(bytes - 2)}"`;
    expect((await append("any", JSON_TYPE, `[1,${text(limit)},2]`)).status).toBe(204);
    const refused = await append("any", JSON_TYPE, `[1,${text(limit + 1)},2]`);
    expect([refused.status, await refused.json()]).toEqual([
      413,
      expect.objectContaining({ code: "PayloadTooLargeError", detail: expect.stringContaining(String(limit + 1)) }),
    ]);
  });

  test("is no body: a larger one of small messages is taken", async () => {
    const { append } = await withLimit(65_536);
    expect((await append("any", JSON_TYPE, `[${"[],".repeat(100_000)}[]]`)).status).toBe(204);
  });
});

describe("a producer's batch", () => {
  test("that the schema refuses is refused with the issues, and may be followed by a better one", async () => {
    const { append, call } = await withChat();
    expect(await codeOf(await append("chats/1", JSON_TYPE, "{}", batch(0)))).toBe("InvalidMessageError");
    expect((await append("chats/1", JSON_TYPE, '{"text":"a"}', batch(0))).status).toBe(200);
    expect(await (await call("GET", "chats/1")).text()).toBe('[{"text":"a"}]');
  });

  describe("that was stored before the contract changed", () => {
    const strict = defineStream({ path: "/chats/:id", schema: z.object({ text: z.string().max(3) }) });

    /** Two servers over one store: the first before the change, the second after it. */
    async function changed(contract: StreamContract = strict) {
      const store = new MemoryStore();
      const before = server({ contracts: [chats] }, store);
      await before.create("chats/1", JSON_TYPE);
      return { before, after: server({ contracts: [contract] }, store) };
    }

    test("is still a duplicate", async () => {
      const { before, after } = await changed();
      await before.append("chats/1", JSON_TYPE, '{"text":"long"}', batch(0));
      const again = await after.append("chats/1", JSON_TYPE, '{"text":"long"}', batch(0));
      expect([again.status, again.headers.get("Producer-Seq")]).toEqual([204, "0"]);
      expect(await codeOf(await after.append("chats/1", JSON_TYPE, '{"text":"long"}', batch(1)))).toBe(
        "InvalidMessageError",
      );
    });

    test("is still a duplicate when it closed the stream", async () => {
      const { before, after } = await changed();
      const closing = { ...batch(0), "Stream-Closed": "true" };
      await before.append("chats/1", JSON_TYPE, '{"text":"long"}', closing);
      const again = await after.append("chats/1", JSON_TYPE, '{"text":"long"}', closing);
      expect([again.status, again.headers.get("Stream-Closed")]).toEqual([204, "true"]);
    });

    test("is still a duplicate when the content type changed", async () => {
      const { before, after } = await changed(defineStream({ path: "/chats/:id", contentType: "text/plain" }));
      await before.append("chats/1", JSON_TYPE, '{"text":"long"}', batch(0));
      expect((await after.append("chats/1", JSON_TYPE, '{"text":"long"}', batch(0))).status).toBe(204);
    });

    test("is told about a newer epoch first", async () => {
      const { before, after } = await changed();
      await before.append("chats/1", JSON_TYPE, '{"text":"new"}', batch(0, 2));
      const fenced = await after.append("chats/1", JSON_TYPE, '{"text":"long"}', batch(0, 1));
      expect([fenced.status, fenced.headers.get("Producer-Epoch")]).toEqual([403, "2"]);
    });

    test("does not close a stream by being asked about", async () => {
      const { after } = await changed();
      const refused = await after.append("chats/1", JSON_TYPE, '{"text":"long"}', {
        ...batch(0),
        "Stream-Closed": "true",
      });
      expect(await codeOf(refused)).toBe("InvalidMessageError");
      expect((await after.call("HEAD", "chats/1")).headers.get("Stream-Closed")).toBeNull();
    });
  });
});
