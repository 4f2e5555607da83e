import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonArrayParser } from "../../src/client/reader/json-array-parser.ts";
import { resolveForkSource } from "../../src/server/http/fork-source.ts";
import { canonicalStreamPath, normalizeBasePath } from "../../src/server/http/path.ts";
import { parseReadQuery } from "../../src/server/http/read-query.ts";
import { contentTypeOf, streamSeqOf } from "../../src/server/http/request-headers.ts";
import {
  decodeStreamPath,
  defineStream,
  frameJson,
  generateETag,
  generateResponseCursor,
  initialOffset,
  isSentinelOffset,
  isStreamError,
  isValidOffset,
  matchesIfNoneMatch,
  mintStreamId,
  normalizeContentType,
  parseETag,
  parseOffset,
  parseProducerHeaders,
  validateExpiresAt,
  validateForkSubOffset,
  validateTTL,
} from "../../src/shared/index.ts";
import { numberFrom } from "../differential/run.ts";
import { JSON_BODIES, TARGETS, VALUES } from "./corpus.ts";

const runs = numberFrom("HOSTILE_RUNS", 300);
const seed = numberFrom("HOSTILE_SEED", Math.floor(Math.random() * 2 ** 31));
const TAG = generateETag(mintStreamId(), initialOffset(), initialOffset());
const contract = defineStream({ path: "/rooms/:room/messages/:id" });

/** Long runs of what a regular expression could go back over for ever. */
const REPEATED = [
  " ",
  "\t",
  "0",
  "9",
  "a",
  ";",
  ",",
  '"',
  "/",
  "%",
  "%2",
  "%41",
  "=",
  "\\",
  "_",
  ":",
  '",',
  "; ",
  "a=",
  "\u00e9",
  "\ud800",
];
const pieces = [...VALUES, ...TARGETS, ...REPEATED, "0000000000000000_0000000000000000", "2999-01-01T00:00:00Z", TAG];
const text = fc.oneof(
  { arbitrary: fc.constantFrom(...pieces), weight: 2 },
  { arbitrary: fc.string({ unit: "binary" }), weight: 2 },
  { arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 5 }).map((parts) => parts.join("")), weight: 2 },
  { arbitrary: fc.constantFrom(...REPEATED).map((part) => part.repeat(50_000)), weight: 1 },
  { arbitrary: fc.constantFrom(...REPEATED).map((part) => `a/b;a="${part.repeat(20_000)}\u0000`), weight: 1 },
);

/** A header's value as a runtime lets it through. */
const headersWith = (name: string, value: string): Headers => {
  const headers = new Headers();
  headers.set(name, value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, ""));
  return headers;
};

/** Each takes any text, and what it may return but for throwing an error of the vocabulary. */
const PARSERS: Readonly<Record<string, (value: string) => unknown>> = {
  parseOffset,
  isValidOffset,
  validateTTL,
  validateExpiresAt,
  validateForkSubOffset,
  parseETag,
  normalizeContentType,
  decodeStreamPath,
  matchesIfNoneMatch: (value) => matchesIfNoneMatch(value, TAG),
  generateResponseCursor: (value) => generateResponseCursor(value),
  contentTypeOf: (value) => contentTypeOf(headersWith("Content-Type", value)),
  streamSeqOf: (value) => streamSeqOf(headersWith("Stream-Seq", value)),
  "parseProducerHeaders: the id": (value) => parseProducerHeaders(producerHeaders("Producer-Id", value)),
  "parseProducerHeaders: the epoch": (value) => parseProducerHeaders(producerHeaders("Producer-Epoch", value)),
  "parseReadQuery: the offset": (value) => parseReadQuery(new URLSearchParams({ offset: value })),
  "parseReadQuery: anything": (value) => parseReadQuery(new URLSearchParams(value)),
  resolveForkSource: (value) => resolveForkSource(value, new URL("https://x.test/v1/stream/a"), "/v1/stream"),
  canonicalStreamPath: (value) => canonicalStreamPath(pathnameOf(value), normalizeBasePath("/v1/stream")),
  "the match of a contract": (value) => contract.match(value) ?? null,
};

function producerHeaders(name: string, value: string): Headers {
  const headers = headersWith(name, value);
  for (const [other, usual] of [
    ["Producer-Id", "p"],
    ["Producer-Epoch", "0"],
    ["Producer-Seq", "0"],
  ] as const) {
    if (other !== name) headers.set(other, usual);
  }
  return headers;
}

const pathnameOf = (value: string): string =>
  URL.canParse(`https://x.test/v1/stream/${value}`) ? new URL(`https://x.test/v1/stream/${value}`).pathname : "/";

describe(`a parser of one value (seed ${seed})`, () => {
  test.each(Object.entries(PARSERS))(
    "%s takes any text, or refuses it with an error of the vocabulary",
    (_name, parse) => {
      fc.assert(
        fc.property(text, (value) => {
          try {
            parse(value);
          } catch (error) {
            if (!isStreamError(error)) throw error;
          }
        }),
        { seed, numRuns: runs },
      );
    },
    30_000 + runs * 50,
  );

  test("an offset is valid when it is a sentinel or has parts, and at no other time", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(isValidOffset(value)).toBe(isSentinelOffset(value) || parseOffset(value) !== null);
      }),
      { seed, numRuns: runs },
    );
  });
});

describe(`a parser of JSON (seed ${seed})`, () => {
  /** Bodies of the corpus, and good ones with one byte changed. */
  const body = fc.oneof(
    fc.constantFrom(...JSON_BODIES.filter(({ length }) => length < 1000)),
    fc.uint8Array({ maxLength: 20 }),
    fc.tuple(fc.json(), fc.nat(), fc.nat(255)).map(([json, at, byte]) => {
      const bytes = new TextEncoder().encode(json);
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
  );
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const valueIn = (bytes: Uint8Array): unknown => {
    try {
      return JSON.parse(strict.decode(bytes));
    } catch {
      return undefined;
    }
  };

  test("the server's takes what JSON.parse takes, and its messages are the same", () => {
    fc.assert(
      fc.property(body, (bytes) => {
        const value = valueIn(bytes);
        const expected = Array.isArray(value) ? value : [value];
        let framed: unknown;
        try {
          const { bytes: stored } = frameJson(new Uint8Array(bytes));
          framed = JSON.parse(`[${strict.decode(stored).slice(0, -1)}]`);
        } catch (error) {
          if (!isStreamError(error)) throw error;
        }
        expect(framed).toEqual(value === undefined ? undefined : expected);
      }),
      { seed, numRuns: runs },
    );
  });

  test("the client's finds every message of an array, and refuses the rest as malformed", () => {
    fc.assert(
      fc.property(body, fc.nat(30), (bytes, cut) => {
        const whole = new TextDecoder().decode(bytes);
        const messages: string[] = [];
        let isRefused = false;
        try {
          const parser = new JsonArrayParser();
          parser.push(whole.slice(0, cut), messages);
          parser.push(whole.slice(cut), messages);
          parser.end();
        } catch (error) {
          if (!isStreamError(error)) throw error;
          isRefused = true;
        }
        const value = valueIn(new TextEncoder().encode(whole));
        if (Array.isArray(value)) expect(messages.map((message) => JSON.parse(message))).toEqual(value);
        else if (value !== undefined) expect(isRefused).toBe(true);
      }),
      { seed, numRuns: runs },
    );
  });
});
