import fc from "fast-check";
import { NAMES, TARGETS, VALUES } from "./corpus.ts";

/** Bodies framed as HTTP would not have it, or just about. */
const BAD_FRAMES = [
  "Content-Length: 2\r\n\r\n1",
  "Content-Length: -1\r\n\r\n",
  "Content-Length: 1\r\nContent-Length: 2\r\n\r\n12",
  "Content-Length: 99999999999999999999\r\n\r\n1",
  "Transfer-Encoding: chunked\r\n\r\nzz\r\n[1]\r\n",
  "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n1",
  "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\n[1]\r\n0\r\n\r\n",
  "Transfer-Encoding: chunked\r\n\r\n3\r\n[1",
];
const GOOD_FRAMES = [
  "\r\n",
  "Content-Length: 0\r\n\r\n",
  "Content-Length: 3\r\n\r\n[1]",
  "Content-Length: 3\r\n\r\n[1,",
  "Transfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n0\r\n\r\n",
];
const METHODS = ["GET", "GET", "HEAD", "PUT", "POST", "POST", "DELETE", "OPTIONS", "PATCH"];
const BAD_METHODS = ["TRACE", "get", "PRI", "\u00e9", ""];
const BAD_VERSIONS = ["HTTP/1.0", "HTTP/9.9", "x"];
/** What a good request of its kind has, for what is wrong with it to be looked at. */
const USUAL = [
  "Content-Type: application/json\r\n",
  "Content-Type: application/json\r\nProducer-Id: p\r\nProducer-Epoch: 0\r\nProducer-Seq: 0\r\n",
  "Content-Type: application/json\r\nStream-Forked-From: /v1/stream/a\r\n",
  "",
];

const charactersOf = (first: number, last: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.integer({ min: first, max: last }).map((code) => String.fromCharCode(code === 0x7f ? 0x20 : code)),
    maxLength: 40,
  });
const anyBytes = charactersOf(0, 0xff);
/** What a header may carry without being another header. */
const oddValue = charactersOf(0x20, 0xff);
const header = fc
  .tuple(fc.constantFrom(...NAMES), fc.oneof(fc.constantFrom(...VALUES), oddValue))
  .map(([name, value]) => `${name}: ${value}\r\n`);
const target = fc.oneof(
  { arbitrary: fc.constant("v1/stream/a"), weight: 3 },
  { arbitrary: fc.constantFrom(...TARGETS), weight: 2 },
  { arbitrary: charactersOf(0x21, 0x7e).map((text) => `v1/stream/${text}`), weight: 1 },
  { arbitrary: charactersOf(0x21, 0x7e).map((text) => `v1/stream/a?offset=-1&${text}`), weight: 1 },
);

const assembled = (methods: readonly string[], versions: readonly string[], frames: readonly string[]) =>
  fc
    .record({
      method: fc.constantFrom(...methods),
      target,
      version: fc.constantFrom(...versions),
      usual: fc.constantFrom(...USUAL),
      headers: fc.array(header, { maxLength: 2 }),
      body: fc.constantFrom(...frames),
    })
    .map(
      (one) =>
        `${one.method} /${one.target} ${one.version}\r\nHost: x\r\nConnection: close\r\n${one.usual}${one.headers.join("")}${one.body}`,
    );

/** A request as somebody would send it who means no good, one character a byte. */
export const rawRequest: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: assembled(METHODS, ["HTTP/1.1"], GOOD_FRAMES), weight: 6 },
  { arbitrary: assembled([...METHODS, ...BAD_METHODS], ["HTTP/1.1", ...BAD_VERSIONS], BAD_FRAMES), weight: 2 },
  { arbitrary: anyBytes, weight: 1 },
);
