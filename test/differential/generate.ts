import fc from "fast-check";
import { type Ask, type OffsetChoice, STREAMS, type Step, type StreamName } from "./program.ts";

const TYPES: Readonly<Record<StreamName, string>> = {
  json: "application/json",
  text: "text/plain",
  bytes: "application/octet-stream",
  fork: "application/json",
};
const MESSAGES = [
  "1",
  "[1,2]",
  '{"a":[1]}',
  '"x"',
  "[[]]",
  "[]",
  " [ 1 , 2.50 ] ",
  "null",
  "[1,",
  '{"a":1,"a":2}',
  '{"headers":{"operation":"x"}}',
];
const BODIES: Readonly<Record<StreamName, readonly string[]>> = {
  json: MESSAGES,
  fork: MESSAGES,
  text: ["a", "bc", "two\nlines", "\ncaf\u00e9", " x ", "event: control\ndata: x\n\n"],
  bytes: ["\u0000\u0001", "x", "abcdef", "\u00ff"],
};
const WRONG_OFFSETS = ["", "NOW", "-2", "x", "1_2_3", "0000000000000000_9999999999999999", "../etc"];
const NUMBERS = ["01", "-1", "1.5", "+1", "1e3", "9007199254740992", "x", ""];

type Headers = Record<string, string>;
const stream = fc.constantFrom(...STREAMS);
const none: fc.Arbitrary<Headers> = fc.constant({});
/** The value, in one of so many cases. */
const seldom = <Value>(oneIn: number, usual: fc.Arbitrary<Value>, rare: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ arbitrary: usual, weight: oneIn - 1 }, { arbitrary: rare, weight: 1 });
const header = (name: string, ...values: readonly string[]): fc.Arbitrary<Headers> =>
  fc.constantFrom(...values).map((value) => ({ [name]: value }));
const merged = (...all: readonly fc.Arbitrary<Headers>[]): fc.Arbitrary<Headers> =>
  fc.tuple(...all).map((parts) => Object.assign({}, ...parts));

const learned: fc.Arbitrary<OffsetChoice> = fc.nat(6).map((at) => ({ learned: at }));
const offset: fc.Arbitrary<OffsetChoice> = fc.oneof(
  { arbitrary: learned, weight: 8 },
  { arbitrary: fc.constantFrom("-1", "now").map((text) => ({ text })), weight: 3 },
  { arbitrary: fc.constantFrom(...WRONG_OFFSETS).map((text) => ({ text })), weight: 1 },
);

const contentType = (name: StreamName): fc.Arbitrary<Headers> =>
  fc.oneof(
    { arbitrary: fc.constant({ "Content-Type": TYPES[name] }), weight: 14 },
    { arbitrary: fc.constant({ "Content-Type": `${TYPES[name].replace(/^t/, "T")}; charset=utf-8` }), weight: 1 },
    { arbitrary: header("Content-Type", ...Object.values(TYPES), "text/plain;", "plain"), weight: 1 },
    { arbitrary: none, weight: 1 },
  );
const body = (name: StreamName): fc.Arbitrary<string> =>
  seldom(15, fc.constantFrom(...BODIES[name]), fc.constantFrom("", ...BODIES.json, ...BODIES.text));

const closing = seldom(6, none, header("Stream-Closed", "true", "true", "true", "TRUE", "false", ""));
const sequence = seldom(5, none, header("Stream-Seq", "a", "b", "ab", "B", "10", "9", ""));
const producer: fc.Arbitrary<Headers> = fc
  .record({
    id: seldom(20, fc.constantFrom("p", "q"), fc.constantFrom("", "\u00e9")),
    epoch: seldom(20, fc.constantFrom("0", "0", "0", "1", "2"), fc.constantFrom(...NUMBERS)),
    seq: seldom(20, fc.constantFrom("0", "0", "1", "1", "2", "3"), fc.constantFrom(...NUMBERS)),
    leaveOut: seldom(25, fc.constant(""), fc.constantFrom("id", "epoch", "seq")),
  })
  .map(({ leaveOut, ...values }) => ({
    ...(leaveOut !== "id" && { "Producer-Id": values.id }),
    ...(leaveOut !== "epoch" && { "Producer-Epoch": values.epoch }),
    ...(leaveOut !== "seq" && { "Producer-Seq": values.seq }),
  }));
const lifetime = seldom(
  5,
  none,
  fc.oneof(
    { arbitrary: header("Stream-TTL", "10", "1000"), weight: 6 },
    { arbitrary: header("Stream-TTL", "0", ...NUMBERS), weight: 1 },
    { arbitrary: header("Stream-Expires-At", "2999-01-01T00:00:00.000Z", "2999-01-01T02:00:00+02:00"), weight: 2 },
    { arbitrary: header("Stream-Expires-At", "1999-01-01T00:00:00Z", "2999-02-30T00:00:00Z", "soon", ""), weight: 1 },
    {
      arbitrary: merged(header("Stream-TTL", "10"), header("Stream-Expires-At", "2999-01-01T00:00:00.000Z")),
      weight: 1,
    },
  ),
);

const create = stream.chain((name) =>
  fc
    .record({
      headers: merged(contentType(name), closing, lifetime),
      body: seldom(3, fc.constant(undefined), body(name)),
    })
    .map((rest): Ask => ({ method: "PUT", stream: name, ...rest })),
);
const fork = fc
  .record({
    stream: seldom(6, fc.constant("fork" as const), stream),
    source: seldom(3, fc.constant("json" as const), stream),
    forkOffset: seldom(3, learned, fc.constant(undefined)),
    headers: merged(
      seldom(5, none, contentType("json")),
      closing,
      lifetime,
      seldom(4, none, header("Stream-Fork-Sub-Offset", "0", "1", "2", "100", ...NUMBERS)),
    ),
  })
  .map((rest): Ask => ({ method: "PUT", ...rest }));
const append = stream.chain((name) =>
  fc
    .record({
      headers: merged(
        contentType(name),
        closing,
        fc.oneof(
          { arbitrary: none, weight: 3 },
          { arbitrary: sequence, weight: 2 },
          { arbitrary: producer, weight: 4 },
        ),
      ),
      body: body(name),
    })
    .map((rest): Ask => ({ method: "POST", stream: name, ...rest })),
);
const close = fc
  .record({ stream, headers: merged(fc.constant({ "Stream-Closed": "true" }), seldom(3, none, producer)) })
  .map((rest): Ask => ({ method: "POST", ...rest }));
const read = fc
  .record({
    stream,
    offset: seldom(6, offset, fc.constant(undefined)),
    live: fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 12 },
      { arbitrary: fc.constant("sse"), weight: 5 },
      { arbitrary: fc.constant("long-poll"), weight: 2 },
      { arbitrary: fc.constantFrom("", "SSE"), weight: 1 },
    ),
    cursor: seldom(8, fc.constant(undefined), fc.constantFrom("0", "999999999", "x", "")),
    conditional: seldom(4, fc.constant(undefined), fc.constant(true)),
  })
  .map((rest): Ask => ({ method: "GET", headers: {}, ...rest }));
const plain = (...methods: readonly string[]): fc.Arbitrary<Ask> =>
  fc.record({ method: fc.constantFrom(...methods), stream }).map((rest) => ({ ...rest, headers: {} }));

const asked = (ask: fc.Arbitrary<Ask>): fc.Arbitrary<Step> => ask.map((one) => ({ kind: "ask", ask: one }));
const wake = fc
  .record({
    live: fc.constantFrom("long-poll" as const, "sse" as const),
    by: fc.oneof(append, close).filter(({ headers, body: sent }) => !headers["Stream-Closed"] || sent === undefined),
  })
  .map(({ live, by }): Step => ({ kind: "wake", stream: by.stream, live, by }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: asked(create), weight: 5 },
  { arbitrary: asked(fork), weight: 3 },
  { arbitrary: asked(append), weight: 12 },
  { arbitrary: asked(close), weight: 3 },
  { arbitrary: asked(read), weight: 10 },
  { arbitrary: asked(plain("HEAD")), weight: 3 },
  { arbitrary: asked(plain("DELETE")), weight: 2 },
  { arbitrary: asked(plain("PATCH", "OPTIONS")), weight: 1 },
  { arbitrary: wake, weight: 2 },
  { arbitrary: fc.constantFrom(4, 30).map((seconds): Step => ({ kind: "wait", seconds })), weight: 1 },
);

/** Most programs begin with a stream or two, or they would end before anything happens. */
const begun = fc.subarray(["json", "text", "bytes"] as const, { minLength: 2 }).map((names) =>
  names.map(
    (name): Step => ({
      kind: "ask",
      ask: { method: "PUT", stream: name, headers: { "Content-Type": TYPES[name] } },
    }),
  ),
);

/** Random programs. */
export const programs: fc.Arbitrary<readonly Step[]> = fc
  .tuple(seldom(6, begun, fc.constant<Step[]>([])), fc.array(step, { minLength: 1, maxLength: 14 }))
  .map(([first, rest]) => [...first, ...rest]);
