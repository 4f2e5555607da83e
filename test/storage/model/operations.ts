import fc from "fast-check";

const encoder = new TextEncoder();

/** A body as it is sent, and the messages that it holds as they are stored. */
export interface Content {
  readonly json: boolean;
  readonly body: Uint8Array;
  readonly stored: readonly Uint8Array[];
}

/** One thing that a client or the clock does. Streams and offsets are picked from what there is, by number. */
export type Operation =
  | {
      readonly kind: "put";
      readonly path: string;
      readonly json: boolean;
      readonly ttl: number | undefined;
      readonly closed: boolean;
      readonly content: Content | undefined;
    }
  | {
      readonly kind: "fork";
      readonly path: string;
      readonly source: string;
      readonly offset: number | undefined;
      readonly sub: number;
      readonly ttl: number | undefined;
    }
  | {
      readonly kind: "append";
      readonly path: string;
      readonly content: Content;
      readonly seq: string | undefined;
      readonly producer: { readonly id: string; readonly epoch: number; readonly seq: number } | undefined;
      readonly close: boolean;
    }
  | { readonly kind: "next"; readonly path: string; readonly content: Content }
  | {
      readonly kind: "close";
      readonly path: string;
      readonly producer: { readonly id: string; readonly epoch: number; readonly seq: number } | undefined;
    }
  | { readonly kind: "delete"; readonly path: string }
  | { readonly kind: "read"; readonly path: string; readonly offset: number; readonly maxBytes: number }
  | { readonly kind: "misread"; readonly path: string; readonly pos: number; readonly seq: number }
  | { readonly kind: "advance"; readonly seconds: number }
  | { readonly kind: "restart" };

/** Paths are few, so that operations meet. */
export const PATHS = ["a", "b", "c", "d"] as const;

const path = fc.constantFrom(...PATHS);
const ttl = fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined, freq: 3 });

/** Sources of JSON values, with everything that could be mistaken for the end of a message. */
const jsonSource = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
  fc.string({ maxLength: 150 }).map((value) => JSON.stringify(value)),
  fc.constantFrom(
    "0",
    "1.0",
    "-0",
    "1e400",
    "12345678901234567890",
    '"],["',
    String.raw`"\",\\"`,
    '{"a":1,"a":[2]}',
    "[]",
  ),
  fc.integer({ min: 60, max: 400 }).map((size) => `"${"g".repeat(size)}"`),
);

const space = fc.constantFrom("", "", " ", "\n\t");

const jsonContent: fc.Arbitrary<Content> = fc
  .tuple(fc.array(jsonSource, { minLength: 1, maxLength: 8 }), space)
  .map(([sources, gap]) => ({
    json: true,
    body: encoder.encode(`${gap}[${sources.map((source) => gap + source + gap).join(",")}]${gap}`),
    stored: sources.map((source) => encoder.encode(`${source},`)),
  }));

const byteContent: fc.Arbitrary<Content> = fc
  .oneof(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.uint8Array({ minLength: 1, maxLength: 300 }))
  .map((body) => ({ json: false, body, stored: [body] }));

const content = fc.oneof(jsonContent, byteContent);
const producer = fc.record({
  id: fc.constantFrom("p", "q"),
  epoch: fc.integer({ min: 0, max: 2 }),
  seq: fc.integer({ min: 0, max: 3 }),
});
const maybeProducer = fc.option(producer, { nil: undefined, freq: 2 });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: content.chain((first) =>
      fc.record({
        kind: fc.constant("put" as const),
        path,
        json: fc.constant(first.json),
        ttl,
        closed: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
        content: fc.option(fc.constant(first), { nil: undefined }),
      }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("fork" as const),
      path,
      source: path,
      offset: fc.option(fc.nat(50), { nil: undefined }),
      sub: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(6) }),
      ttl,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      path,
      content,
      seq: fc.option(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 2 }), { nil: undefined, freq: 2 }),
      producer: maybeProducer,
      close: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    }),
  },
  // Appends that are in order, so that streams grow.
  { weight: 12, arbitrary: fc.record({ kind: fc.constant("next" as const), path, content }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("close" as const), path, producer: maybeProducer }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), path }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("read" as const),
      path,
      offset: fc.nat(50),
      maxBytes: fc.integer({ min: 1, max: 300 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("misread" as const), path, pos: fc.nat(400), seq: fc.nat(9) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("advance" as const), seconds: fc.integer({ min: 1, max: 30 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
);

/** What happens in one run. */
export const operations: fc.Arbitrary<Operation[]> = fc.array(operation, { minLength: 1, maxLength: 60, size: "max" });
