import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import {
  DurableStream,
  type MessageOf,
  type StreamMetadata,
  StreamProducer,
  StreamReader,
} from "../../src/client/index.ts";
import type { Offset } from "../../src/shared/index.ts";

const url = "https://streams.test/v1/stream/a";

interface Message {
  readonly from: string;
}

type Appendable<Stream extends { append: (message: never) => unknown }> = Parameters<Stream["append"]>[0];

test("a stream without schema and content type is JSON of unknown shape, not any", () => {
  const stream = new DurableStream({ url });
  expectTypeOf(stream).toEqualTypeOf<DurableStream<unknown, unknown>>();
  expectTypeOf<Appendable<typeof stream>>().toBeUnknown();
});

test("a content type written out decides what the stream holds", () => {
  expectTypeOf(new DurableStream({ url, contentType: "application/json" })).toEqualTypeOf<DurableStream<unknown>>();
  expectTypeOf(new DurableStream({ url, contentType: "text/plain" })).toEqualTypeOf<DurableStream<string>>();
  expectTypeOf(new DurableStream({ url, contentType: "image/png" })).toEqualTypeOf<DurableStream<Uint8Array>>();
  expectTypeOf<MessageOf<"application/json; charset=utf-8">>().toBeUnknown();
  expectTypeOf<MessageOf<"Application/JSON">>().toBeUnknown();
  expectTypeOf<MessageOf<"application/json-seq">>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<MessageOf<"TEXT/Markdown; charset=utf-8">>().toEqualTypeOf<string>();
});

test("a content type that is only known at run time tells nothing", () => {
  const contentType: string = ["text/plain", "image/png"].join();
  expectTypeOf(new DurableStream({ url, contentType })).toEqualTypeOf<DurableStream<unknown, unknown>>();
});

test("a type argument stands where there is no schema", () => {
  expectTypeOf(new DurableStream<Message>({ url })).toEqualTypeOf<DurableStream<Message, Message>>();
  expectTypeOf(new DurableStream<string>({ url })).toEqualTypeOf<DurableStream<string, string>>();
  expectTypeOf(new DurableStream<"a" | "b">({ url })).toEqualTypeOf<DurableStream<"a" | "b">>();
});

test("a schema types both directions: its input is written, its output read", () => {
  const schema = z.object({ at: z.string().transform((value) => new Date(value)), note: z.string().default("") });
  const stream = new DurableStream({ url, schema });
  type In = { at: string; note?: string | undefined };
  type Out = { at: Date; note: string };
  expectTypeOf(stream).toEqualTypeOf<DurableStream<Out, In>>();
  expectTypeOf<Appendable<typeof stream>>().toEqualTypeOf<In>();
});

test("create, close and fork keep to the types of the stream", () => {
  const stream = new DurableStream<Message>({ url });
  type Create = NonNullable<Parameters<typeof stream.create>[0]>;
  type Close = NonNullable<Parameters<typeof stream.close>[0]>;
  expectTypeOf<Create["messages"]>().toEqualTypeOf<readonly Message[] | undefined>();
  expectTypeOf<Close["message"]>().toEqualTypeOf<Message | undefined>();
  expectTypeOf(stream.fork).returns.resolves.toEqualTypeOf<DurableStream<Message, Message>>();
});

test("what a stream makes is typed like it: producers by its input, readers by its output", () => {
  const schema = z.object({ at: z.string().transform((value) => new Date(value)) });
  const stream = new DurableStream({ url, schema });
  expectTypeOf(stream.producer).returns.toEqualTypeOf<StreamProducer<{ at: string }>>();
  expectTypeOf(stream.read).returns.toEqualTypeOf<StreamReader<{ at: Date }>>();
  type Producer = ReturnType<typeof stream.producer>;
  expectTypeOf<Parameters<Producer["append"]>[0]>().toEqualTypeOf<{ at: string }>();
  expectTypeOf<Parameters<Producer["submit"]>[0]>().toEqualTypeOf<{ at: string }>();
});

test("a reader yields unknown, strings, bytes or the schema's output", () => {
  type Yielded<Stream extends { read: () => AsyncIterable<unknown> }> =
    ReturnType<Stream["read"]> extends AsyncIterable<infer Message> ? Message : never;
  const text = new DurableStream({ url, contentType: "text/plain" });
  const bytes = new DurableStream({ url, contentType: "application/octet-stream" });
  const json = new DurableStream({ url });
  expectTypeOf<Yielded<typeof json>>().toBeUnknown();
  expectTypeOf<Yielded<typeof text>>().toEqualTypeOf<string>();
  expectTypeOf<Yielded<typeof bytes>>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<Yielded<DurableStream<Message>>>().toEqualTypeOf<Message>();
});

test("the classes infer their types from a stream as well", () => {
  const stream = new DurableStream<Message>({ url });
  expectTypeOf(new StreamReader(stream)).toEqualTypeOf<StreamReader<Message>>();
  expectTypeOf(new StreamProducer(stream, { id: "p" })).toEqualTypeOf<StreamProducer<Message>>();
});

test("a lifetime is a TTL or an expiry, not both", () => {
  type Create = NonNullable<Parameters<DurableStream["create"]>[0]>;
  expectTypeOf<{ ttlSeconds: number }>().toExtend<Create>();
  expectTypeOf<{ expiresAt: Date }>().toExtend<Create>();
  expectTypeOf<{ ttlSeconds: number; expiresAt: Date }>().not.toExtend<Create>();
});

test("answers carry typed facts", () => {
  const stream = new DurableStream({ url });
  expectTypeOf(stream.head).returns.resolves.toEqualTypeOf<StreamMetadata>();
  expectTypeOf<StreamMetadata["offset"]>().toEqualTypeOf<Offset>();
  expectTypeOf<StreamMetadata["expiresAt"]>().toEqualTypeOf<Date | undefined>();
  expectTypeOf(stream.append).returns.resolves.toEqualTypeOf<{ readonly offset: Offset }>();
});
