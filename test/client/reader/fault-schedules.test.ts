import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Checkpoint, type LiveMode, StreamReader } from "../../../src/client/reader/index.ts";
import { allowAnonymous, createStreamHandler } from "../../../src/server/http/index.ts";
import { MemoryStore } from "../../../src/server/storage/memory/index.ts";
import { hostedFor } from "../../support/client/index.ts";
import { settled } from "../../support/fake-clock.ts";
import { anyFault, type Fault, faultyFetch } from "./faulty-fetch.ts";
import { AT_ONCE, immediateClock } from "./immediate-clock.ts";

const RUNS = Number(process.env.FAULT_SCHEDULES ?? 200);

const URL_OF_STREAM = "https://streams.test/v1/stream/a";

type Message = string | Uint8Array;
type Handler = ReturnType<typeof createStreamHandler>;

interface Schedule {
  readonly contentType: string;
  /** Bodies of appends; for JSON, arrays of messages. */
  readonly appends: readonly Uint8Array<ArrayBuffer>[];
  readonly pageBytes: number;
  readonly readers: readonly ReaderSchedule[];
}

interface ReaderSchedule {
  readonly live: LiveMode;
  readonly faults: readonly Fault[];
  /** After how many messages each, the reader is thrown away and its checkpoint goes through JSON. */
  readonly restarts: readonly number[];
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const anyText = fc.string({ unit: "grapheme", minLength: 1 }).map((text) => text.toWellFormed());
const anyJson = fc.oneof(fc.json(), fc.constantFrom('"]}[{\\""', "[[]]", "12345678901234567890", '"ä€😀"'));

const anyContent = fc.oneof(
  fc.record({
    contentType: fc.constant("application/json"),
    appends: fc.array(
      fc.array(anyJson, { minLength: 1, maxLength: 6 }).map((messages) => encode(`[${messages.join(",")}]`)),
      { minLength: 1, maxLength: 6 },
    ),
  }),
  fc.record({
    contentType: fc.constant("text/plain"),
    appends: fc.array(
      fc.oneof(
        anyText.map((text) => encode(text)),
        // A character in two appends.
        fc.constant(encode("€").subarray(0, 2)),
      ),
      { minLength: 1, maxLength: 8 },
    ),
  }),
  fc.record({
    contentType: fc.constant("application/octet-stream"),
    appends: fc.array(
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => new Uint8Array(bytes)),
      { minLength: 1, maxLength: 8 },
    ),
  }),
);

const anyReader: fc.Arbitrary<ReaderSchedule> = fc.record({
  live: fc.constantFrom<LiveMode>("long-poll", "sse", "auto"),
  faults: fc.array(anyFault, { maxLength: 12 }),
  restarts: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
});

const anySchedule: fc.Arbitrary<Schedule> = fc
  .tuple(anyContent, fc.integer({ min: 4, max: 60 }), fc.array(anyReader, { minLength: 1, maxLength: 3 }))
  .map(([content, pageBytes, readers]) => ({ ...content, pageBytes, readers }));

function serve(pageBytes: number): Handler {
  const store = new MemoryStore();
  return createStreamHandler(store, {
    authorize: allowAnonymous(),
    maxReadBytes: pageBytes,
    sseBatchBytes: pageBytes,
    longPollTimeoutMs: 50,
  });
}

function send(handler: Handler, method: string, contentType: string, body?: BodyInit, closed = false) {
  const headers = { "Content-Type": contentType, ...(closed && { "Stream-Closed": "true" }) };
  const init = { method, headers, duplex: "half", ...(body !== undefined && { body }) };
  return handler(new Request(URL_OF_STREAM, init));
}

/** Three bodies in a row that end early look like a broken server. Here they are bad luck. */
const retryCuts = (error: unknown) => (/too early|bytes short/.test(String(error)) ? "retry" : undefined);

/** Reads to the end, with as many readers as the schedule wants. */
async function readAll(handler: Handler, { contentType }: Schedule, reader: ReaderSchedule): Promise<Message[]> {
  const fetch = faultyFetch(handler, reader.faults);
  const host = { fetch, contentType, clock: immediateClock, retry: AT_ONCE, parse: (text: string) => text };
  const messages: Message[] = [];
  let from: Checkpoint | undefined;
  for (const limit of [...reader.restarts, undefined]) {
    const reading = new StreamReader<Message>(hostedFor<Message, never>(URL_OF_STREAM, host), {
      live: reader.live,
      limit,
      from,
      onError: retryCuts,
    });
    for await (const message of reading) {
      messages.push(message);
      from = JSON.parse(JSON.stringify(reading.checkpoint));
    }
    if (reading.status.type === "closed") return messages;
  }
  throw new Error("The last reader ended before the stream");
}

/** What was read, for comparison: JSON messages as they are, text and bytes joined. */
function joined(messages: readonly Message[], contentType: string): unknown {
  if (contentType === "application/json") return messages;
  return messages.map((message) => (typeof message === "string" ? message : hex(message))).join("");
}

function expected({ contentType, appends }: Schedule): unknown {
  if (contentType === "application/json") {
    return appends.flatMap((body) => splitArray(new TextDecoder().decode(body)));
  }
  const all = Buffer.concat(appends);
  return contentType === "text/plain" ? all.toString("utf8") : hex(all);
}

/** The elements of an array as they are written: found by parsing ever longer beginnings, which knows no shortcuts. */
function splitArray(text: string): string[] {
  const elements: string[] = [];
  let start = 1;
  for (let end = 2; end < text.length; end++) {
    if (text[end] !== "," && end !== text.length - 1) continue;
    const element = text.slice(start, end);
    if (!isJson(element)) continue;
    elements.push(element.trim());
    start = end + 1;
  }
  return elements;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Line ends are the only thing that an event stream may change, and only in text. */
const sameLineEnds = (value: unknown): unknown => (typeof value === "string" ? value.replace(/\r\n?/g, "\n") : value);

describe("any schedule of faults", () => {
  it("delivers every message once and in order, to readers of every mode, across restarts", async () => {
    await fc.assert(
      fc.asyncProperty(anySchedule, async (schedule) => {
        const handler = serve(schedule.pageBytes);
        const { contentType } = schedule;
        await send(handler, "PUT", contentType);
        const reading = schedule.readers.map((reader) => readAll(handler, schedule, reader));
        for (const body of schedule.appends) {
          expect((await send(handler, "POST", contentType, body)).status).toBe(204);
          await settled();
        }
        await send(handler, "POST", contentType, undefined, true);
        for (const [at, messages] of (await Promise.all(reading)).entries()) {
          const isLossy = schedule.readers[at]?.live === "sse";
          const [got, wanted] = [joined(messages, contentType), expected(schedule)];
          expect(isLossy ? sameLineEnds(got) : got).toEqual(isLossy ? sameLineEnds(wanted) : wanted);
        }
      }),
      { numRuns: RUNS, timeout: 20_000 },
    );
  }, 120_000);
});

describe("a stream that is deleted and created again meanwhile", () => {
  it("is an error, and never a mixture", async () => {
    const json = "application/json";
    const live = fc.constantFrom<LiveMode>("long-poll", "sse", "auto");
    await fc.assert(
      fc
        .asyncProperty(
          live,
          fc.array(anyFault, { maxLength: 6 }),
          fc.integer({ min: 1, max: 10 }),
          async (mode, faults, readBefore) => {
            const handler = serve(20);
            await send(handler, "PUT", json, JSON.stringify(Array.from({ length: 10 }, (_, i) => `old ${i}`)));
            const host = { fetch: faultyFetch(handler, faults), clock: immediateClock, retry: AT_ONCE };
            const reader = new StreamReader(hostedFor(URL_OF_STREAM, host), { live: mode });
            const messages = reader[Symbol.asyncIterator]();
            const seen: unknown[] = [];
            for (let read = 0; read < readBefore; read++) seen.push((await messages.next()).value);
            await send(handler, "DELETE", json);
            await send(handler, "PUT", json, JSON.stringify(Array.from({ length: 20 }, (_, i) => `new ${i}`)));
            let error: unknown;
            try {
              for (let next = await messages.next(); !next.done; next = await messages.next()) seen.push(next.value);
            } catch (thrown) {
              error = thrown;
            }
            const isNew = readBefore === 0;
            if (!isNew)
              expect(error).toMatchObject({ _tag: expect.stringMatching(/^(StreamGone|InvalidOffset)Error$/) });
            expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => `old ${i}`));
          },
        )
        .beforeEach(settled),
      { numRuns: 50, timeout: 20_000 },
    );
  }, 60_000);
});
