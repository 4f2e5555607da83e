import * as v from "valibot";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import { type DurableStream, openStream } from "../../src/client/index.ts";
import { allowAnonymous, createStreamHandler } from "../../src/server/http/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { defineStream, type PathParams, type StreamContract } from "../../src/shared/index.ts";

const baseUrl = "/v1/stream";
const chats = defineStream({ path: "/chats/:chatId", schema: z.object({ from: z.string(), text: z.string() }) });
type ChatMessage = { from: string; text: string };

test("parameters are read from the pattern", () => {
  expectTypeOf<PathParams<"/a/:b/c/:d">>().toEqualTypeOf<{ readonly b: string; readonly d: string }>();
  expectTypeOf<PathParams<"/a">>().toEqualTypeOf<{ readonly [Name in never]: string }>();
  expectTypeOf<PathParams<string>>().toEqualTypeOf<Readonly<Record<string, string>>>();
});

test("pathOf takes exactly the parameters, and match gives them", () => {
  expectTypeOf<Parameters<typeof chats.pathOf>>().toEqualTypeOf<[params: { readonly chatId: string }]>();
  expectTypeOf(chats.match("chats/1")).toEqualTypeOf<{ readonly chatId: string } | undefined>();
  // @ts-expect-error: the parameter is missing.
  chats.pathOf({});
  // @ts-expect-error: the parameter is spelled otherwise.
  chats.pathOf({ chatID: "1" });
  // @ts-expect-error: values are text.
  chats.pathOf({ chatId: 1 });
});

test("a pattern starts with a slash", () => {
  // @ts-expect-error: no slash.
  defineStream({ path: "chats/:id" });
});

test("a schema decides both directions: its input is written, its output read", () => {
  const at = defineStream({ path: "/at", schema: z.object({ at: z.string().transform((text) => new Date(text)) }) });
  expectTypeOf(at).toEqualTypeOf<StreamContract<"/at", { at: Date }, { at: string }>>();
  expectTypeOf(openStream(at, { baseUrl })).toEqualTypeOf<DurableStream<{ at: Date }, { at: string }>>();
});

test("a schema may be any Standard Schema", () => {
  const rows = defineStream({ path: "/rows", schema: v.pipe(v.string(), v.transform(Number)) });
  expectTypeOf(openStream(rows, { baseUrl })).toEqualTypeOf<DurableStream<number, string>>();
});

test("a schema is for JSON", () => {
  defineStream({ path: "/a", schema: z.string(), contentType: "application/json; charset=utf-8" });
  // @ts-expect-error: text has no messages to judge.
  defineStream({ path: "/a", schema: z.string(), contentType: "text/plain" });
});

test("without a schema the content type decides", () => {
  expectTypeOf(defineStream({ path: "/a" })).toEqualTypeOf<StreamContract<"/a", unknown>>();
  const notes = defineStream({ path: "/a", contentType: "text/markdown" });
  expectTypeOf(openStream(notes, { baseUrl })).toEqualTypeOf<DurableStream<string>>();
  const images = defineStream({ path: "/a", contentType: "image/png" });
  expectTypeOf(openStream(images, { baseUrl })).toEqualTypeOf<DurableStream<Uint8Array>>();
});

test("openStream asks for the parameters that there are", () => {
  expectTypeOf(openStream(chats, { baseUrl, path: { chatId: "1" } })).toEqualTypeOf<DurableStream<ChatMessage>>();
  openStream(defineStream({ path: "/lobby" }), { baseUrl, headers: { Authorization: "Bearer x" } });
  // @ts-expect-error: nothing says which chat.
  openStream(chats, { baseUrl });
  // @ts-expect-error: these are the query's.
  openStream(chats, { baseUrl, params: { chatId: "1" } });
  // @ts-expect-error: the pattern has no such parameter.
  openStream(chats, { baseUrl, path: { chatId: "1", roomId: "2" } });
  // @ts-expect-error: the contract has a schema.
  openStream(chats, { baseUrl, path: { chatId: "1" }, schema: z.string() });
  // @ts-expect-error: the contract's paths and the base make the URL.
  openStream(chats, { url: "https://x.test/chats/1", path: { chatId: "1" } });
});

test("a server takes contracts of all kinds", () => {
  const notes = defineStream({ path: "/notes/:id", contentType: "text/plain" });
  createStreamHandler(new MemoryStore(), { authorize: allowAnonymous(), contracts: [chats, notes] });
  expectTypeOf(chats).toExtend<StreamContract>();
});

// A consumer as an application has it, and what becomes of it when someone changes the schema.
async function consume(contract: typeof chats): Promise<void> {
  const chat = openStream(contract, { baseUrl, path: { chatId: "1" } });
  await chat.append({ from: "ada", text: "hello" });
  for await (const message of chat.read()) expectTypeOf(message).toEqualTypeOf<ChatMessage>();
}

test("a change of the schema that breaks a consumer is a compile error", () => {
  consume(chats);
  const renamed = defineStream({ path: "/chats/:chatId", schema: z.object({ author: z.string(), text: z.string() }) });
  // @ts-expect-error: a reader of `from` finds none.
  consume(renamed);
  const retyped = defineStream({ path: "/chats/:chatId", schema: z.object({ from: z.string(), text: z.number() }) });
  // @ts-expect-error: the text is a number now.
  consume(retyped);
  const moved = defineStream({ path: "/rooms/:chatId", schema: z.object({ from: z.string(), text: z.string() }) });
  // @ts-expect-error: the streams live elsewhere.
  consume(moved);
  const split = defineStream({
    path: "/chats/:room/:chatId",
    schema: z.object({ from: z.string(), text: z.string() }),
  });
  // @ts-expect-error: another parameter is needed.
  consume(split);
});
