import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { createCodec, framingOf, SchemaError } from "../../../src/client/codec/index.ts";
import { MalformedResponseError } from "../../../src/shared/index.ts";

const utf8 = new TextEncoder();
const read = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const json = createCodec<unknown, unknown>({ contentType: "application/json" });
const text = createCodec<string, string>({ contentType: "text/plain" });
const bytes = createCodec<Uint8Array, Uint8Array>({ contentType: "image/png" });

test.each([
  ["application/json", "json"],
  ["Application/JSON; charset=utf-8", "json"],
  ["application/problem+json", "bytes"],
  ["application/ndjson", "bytes"],
  ["TEXT/markdown", "text"],
  ["application/octet-stream", "bytes"],
])("%s is framed as %s", (contentType, framing) => {
  expect(framingOf(contentType)).toBe(framing);
});

describe("JSON", () => {
  test("joins messages into one array, so that a message that is an array stays one", async () => {
    const messages = await Promise.all([{ a: 1 }, [2, 3], [], "x"].map((value) => json.encode(value)));
    expect(read(json.join(messages))).toBe('[{"a":1},[2,3],[],"x"]');
    expect(read(json.join(messages.slice(1, 2)))).toBe("[[2,3]]");
  });

  test.each([[undefined], [() => 1], [Symbol("s")], [1n]])("refuses what JSON cannot express (%#)", async (value) => {
    await expect(async () => json.encode(value)).rejects.toThrow(TypeError);
  });

  test("encodes half a surrogate pair as an escape, losing nothing", async () => {
    expect(read(await json.encode("\ud800"))).toBe('"\\ud800"');
  });

  test("sends the encoded messages, and the overhead of each and once more", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { minLength: 1 }), async (values) => {
        const messages = await Promise.all(values.map((value) => json.encode(value)));
        const size = messages.reduce((sum, message) => sum + message.length + json.overheadBytes, json.overheadBytes);
        const body = json.join(messages);
        expect(body).toHaveLength(size);
        expect(JSON.parse(read(body))).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  test("decodes text and bytes alike", () => {
    expect(json.decode('{"a":[1]}')).toEqual({ ok: true, value: { a: [1] } });
    expect(json.decode(utf8.encode('"é"'))).toEqual({ ok: true, value: "é" });
  });

  test.each([["{"], [""], [new Uint8Array([0x22, 0xff, 0x22])]])("throws MalformedResponseError for %j", (message) => {
    expect(() => json.decode(message)).toThrow(MalformedResponseError);
  });

  test("lets a parse hook keep big integers, and a stringify hook write them", async () => {
    const codec = createCodec<unknown, unknown>({
      contentType: "application/json",
      parse: (source) => (/^\d+$/.test(source) ? BigInt(source) : JSON.parse(source)),
      stringify: (value) => (typeof value === "bigint" ? String(value) : JSON.stringify(value)),
    });
    expect(read(await codec.encode(12345678901234567890n))).toBe("12345678901234567890");
    expect(codec.decode("12345678901234567890")).toEqual({ ok: true, value: 12345678901234567890n });
  });

  test.each([["\ud800"], [""]])("refuses %j from a stringify hook, which no body can carry", (text) => {
    const codec = createCodec<unknown, unknown>({ contentType: "application/json", stringify: () => text });
    expect(() => codec.encode(1)).toThrow(TypeError);
  });

  test("reports what a parse hook refuses as an invalid message, not as a fault of the server", () => {
    const codec = createCodec({
      contentType: "application/json",
      parse: () => {
        throw new Error("no numbers please");
      },
    });
    expect(codec.decode("1")).toEqual({ ok: false, raw: "1", issues: [{ message: "Error: no numbers please" }] });
  });
});

describe("text", () => {
  test("joins runs without anything between them", async () => {
    expect(read(text.join([await text.encode("a"), await text.encode("é")]))).toBe("aé");
  });

  test("refuses half a surrogate pair, which UTF-8 would replace in silence", async () => {
    await expect(async () => text.encode("\ud83d")).rejects.toThrow(TypeError);
  });

  test("refuses the empty string, which no append can carry", async () => {
    await expect(async () => text.encode("")).rejects.toThrow(TypeError);
  });

  test("keeps a byte order mark", () => {
    expect(text.decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toEqual({ ok: true, value: "\ufeffa" });
  });
});

describe("bytes", () => {
  test("copies what it is given, so that later changes of the array are not sent", async () => {
    const value = Buffer.from([1, 2, 3]);
    const encoded = await bytes.encode(value);
    value[0] = 9;
    expect([...encoded]).toEqual([1, 2, 3]);
  });

  test("refuses no bytes", async () => {
    await expect(async () => bytes.encode(new Uint8Array())).rejects.toThrow(TypeError);
  });
});

describe("with a schema", () => {
  const schema = z.object({ at: z.iso.datetime().transform((value) => new Date(value)) });
  const codec = createCodec({ contentType: "application/json", schema });

  test("sends the schema's input as it is and yields its output", async () => {
    const message = await codec.encode({ at: "2026-01-01T00:00:00Z" });
    expect(read(message)).toBe('{"at":"2026-01-01T00:00:00Z"}');
    expect(codec.decode(message)).toEqual({ ok: true, value: { at: new Date("2026-01-01T00:00:00Z") } });
  });

  test("refuses to send what the schema refuses, with its issues and the value", async () => {
    const value = { at: "yesterday" };
    const error = await (async () => codec.encode(value))().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SchemaError);
    expect(error).toMatchObject({ _tag: "SchemaError", name: "SchemaError", value, issues: [{ path: ["at"] }] });
  });

  test("reports an invalid message with its issues and the raw value", () => {
    expect(codec.decode('{"at":1}')).toMatchObject({ ok: false, raw: { at: 1 }, issues: [{ path: ["at"] }] });
  });

  test.each([
    ["at once", z.object({ a: z.number() })],
    ["later", z.object({ a: z.number() }).refine(async () => true)],
  ])(
    "sends a value as it was handed over, whatever becomes of it, when the schema answers %s",
    async (_when, schema) => {
      const value = { a: 1 };
      const encoded = createCodec({ contentType: "application/json", schema }).encode(value);
      value.a = 2;
      expect(read(await encoded)).toBe('{"a":1}');
    },
  );

  test("waits for a schema that answers later, both ways", async () => {
    const late = createCodec({
      contentType: "application/json",
      schema: z.number().refine(async (value) => value % 2 === 0, "odd"),
    });
    await expect(async () => late.encode(3)).rejects.toThrow("odd");
    await expect(late.decode("3")).resolves.toMatchObject({ ok: false, raw: 3 });
    await expect(late.decode("4")).resolves.toEqual({ ok: true, value: 4 });
  });

  test("reports a message that is nested more deeply than the schema can follow as invalid", async () => {
    const tree: z.ZodType = z.lazy(() => z.array(tree));
    const trees = createCodec({ contentType: "application/json", schema: tree });
    const decoded = await trees.decode(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    expect("issues" in decoded && decoded.issues).toEqual([{ message: "Nested too deeply" }]);
    expect(trees.decode("[[],[[]]]")).toEqual({ ok: true, value: [[], [[]]] });
  });
});
