import type { StandardSchemaV1 } from "@standard-schema/spec";
import { describe, expect, it } from "vitest";
import type { InvalidMessage } from "../../../src/client/reader/index.ts";
import { collect, collectUntilError, readerOver } from "./reading.ts";
import { inPieces, page, scripted } from "./scripted.ts";

/** Takes numbers below 10, and doubles them; `late` answers with a promise. */
const schema = (late = false): StandardSchemaV1<number, number> => ({
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => {
      const isValid = typeof value === "number" && value < 10;
      const result = isValid ? { value: value * 2 } : { issues: [{ message: "not below 10" }] };
      return late ? Promise.resolve(result) : result;
    },
  },
});

const PAGE = () => page(inPieces("[1,99,", "2,98,97]"), { next: "a", closed: true, stream: "s" });

describe.each([false, true])("a schema (answering late: %s)", (late) => {
  const host = () => ({
    fetch: scripted(PAGE(), PAGE()).fetch,
    schema: schema(late) as StandardSchemaV1<never, number>,
  });

  it("throws at the first message it refuses, behind those before, and the reader stands before it", async () => {
    const reader = readerOver(host());
    const { messages, error } = await collectUntilError(reader);
    expect(messages).toEqual([2]);
    expect(error).toMatchObject({ _tag: "SchemaError", value: 99, issues: [{ message: "not below 10" }] });
    expect(reader.checkpoint).toEqual({ stream: "s", offset: "-1", index: 1 });
    expect(reader.status).toEqual({ type: "failed", error });
  });

  it("leaves out what it refuses, and the index counts it", async () => {
    const reader = readerOver(host(), { onInvalid: "skip" });
    const seen: unknown[] = [];
    for await (const message of reader) seen.push(message, reader.checkpoint?.index);
    expect(seen).toEqual([2, 2, 4, 0]);
    expect(reader.checkpoint).toEqual({ stream: "s", offset: "a", index: 0 });
  });

  it("tells a function what it refuses, in order with what it takes", async () => {
    const seen: unknown[] = [];
    const onInvalid = async ({ value, checkpoint }: InvalidMessage) => {
      seen.push(["invalid", value, checkpoint.index]);
    };
    for await (const message of readerOver(host(), { onInvalid })) seen.push(message);
    expect(seen).toEqual([2, ["invalid", 99, 2], 4, ["invalid", 98, 4], ["invalid", 97, 5]]);
  });

  it("resumes exactly between messages that were left out", async () => {
    const first = readerOver(host(), { onInvalid: "skip" });
    for await (const _ of first) break;
    const from = JSON.parse(JSON.stringify(first.checkpoint));
    expect(await collect(readerOver(host(), { from, onInvalid: "skip" }))).toEqual([4]);
  });
});

describe("what a function of the caller throws", () => {
  it("ends the iteration as it is, and is not retried", async () => {
    const own = new Error("own");
    const onInvalid = () => {
      throw own;
    };
    const script = scripted(PAGE());
    const reader = readerOver(
      { fetch: script.fetch, schema: schema() as StandardSchemaV1<never, number> },
      { onInvalid, onError: () => "retry" },
    );
    expect((await collectUntilError(reader)).error).toBe(own);
    expect(script.queries).toHaveLength(1);
  });
});

describe("messages", () => {
  it("go through a custom parse as they were written", async () => {
    const script = scripted(page('[ 12345678901234567890 , 1.0\n,{"a": 1e400}]', { next: "a", closed: true }));
    const reader = readerOver({ fetch: script.fetch, parse: (text) => text });
    expect(await collect(reader)).toEqual(["12345678901234567890", "1.0", '{"a": 1e400}']);
  });

  it("that a custom parse refuses are invalid", async () => {
    const parse = (text: string) => {
      if (text === "2") throw new Error("no twos");
      return text;
    };
    const script = scripted(page("[1,2,3]", { next: "a", closed: true }));
    expect(await collect(readerOver({ fetch: script.fetch, parse }, { onInvalid: "skip" }))).toEqual(["1", "3"]);
  });
});
