import fc from "fast-check";

const STATUSES = [200, 200, 200, 200, 200, 204, 304, 201, 206, 400, 401, 403, 404, 409, 410, 413, 418, 429, 500, 503];
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  "Content-Type": ["application/json", "application/json", "text/event-stream", "text/plain", "text/html", "x", ";"],
  "Stream-Next-Offset": ["a", "b", "c", "-1", "now", "", "a,b", "a b", "x".repeat(5000), "__proto__"],
  "Stream-Cursor": ["1", "-1", "x".repeat(5000), "&offset=-1"],
  "Stream-Up-To-Date": ["true", "TRUE", "no"],
  "Stream-Closed": ["true", "", "1"],
  "Stream-Id": ["s", "t", "", "x".repeat(5000)],
  "Stream-SSE-Data-Encoding": ["base64", "gzip"],
  "Retry-After": ["0", "-1", "soon", "99999999999999999999", "Wed, 21 Oct 1000 07:28:00 GMT"],
  "Producer-Epoch": ["1", "-1", "x", "1e9", "9007199254740993"],
  "Producer-Expected-Seq": ["1", "x"],
  "Producer-Received-Seq": ["2", ""],
  "WWW-Authenticate": ["Bearer", '"'],
  Allow: ["GET", ",,,"],
  Location: ["//evil.test", "http://[", ""],
  ETag: ['"a"', "x"],
};

const control = (fields: unknown): string => `event: control\ndata: ${JSON.stringify(fields)}\n\n`;
const data = (text: string): string => `event: data\n${text.replaceAll(/^/gm, "data: ")}\n\n`;
/** Events whole and broken, of which streams are made. */
const EVENTS = [
  data("[1]"),
  data("[1,2"),
  data("3]"),
  data('["\\ud800"]'),
  data("AAE="),
  data("A"),
  data("~~~~"),
  data(""),
  data(`${"[".repeat(20_000)}${"]".repeat(20_000)}`),
  control({ streamNextOffset: "a", streamCursor: "1" }),
  control({ streamNextOffset: "b", streamCursor: "1", upToDate: true }),
  control({ streamNextOffset: "c", streamClosed: true }),
  control({ streamNextOffset: "-1" }),
  control({ streamNextOffset: 7 }),
  control({ streamNextOffset: { toString: "x" }, streamCursor: [], upToDate: "yes" }),
  control(null),
  control([]),
  "event: control\ndata: {\n\n",
  `event: control\ndata: ${"[".repeat(100_000)}\n\n`,
  "event: __proto__\ndata: x\n\n",
  "retry: 99999999999999999999\n\n",
  "id: \u0000\nevent\ndata\n\n",
  ": comment\n",
  "\ufeff\r\r\n\n",
  "<html>",
];
/** Pages whole and broken. */
const PAGES = [
  "[]",
  "[1,2]",
  "[1,[2",
  "{}",
  "",
  " ",
  "[1]]",
  "[,]",
  "[nul]",
  '["\\"]',
  '[{"__proto__":{"polluted":true}}]',
  `[${"[".repeat(50_000)}${"]".repeat(50_000)}]`,
  '{"code":"StreamClosedError","detail":7,"issues":[null]}',
  '{"code":"InvalidMessageError","issues":[{"path":[{}]}]}',
  "null",
  "<html>",
];

const headers = fc.record(
  Object.fromEntries(Object.entries(HEADERS).map(([name, values]) => [name, fc.constantFrom(...values)])),
  { requiredKeys: [] },
);
const pieces = fc.oneof(
  fc.array(fc.constantFrom(...EVENTS), { maxLength: 6 }),
  fc.array(fc.constantFrom(...PAGES), { maxLength: 2 }),
  fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 3 }),
);

/** What a server that means no good says once. */
export interface BadAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: readonly (string | Uint8Array)[];
  /** Where, of every piece, it is cut in two. */
  readonly cut: number;
  /** How the body ends: well, with a failure, or never. */
  readonly ending: "end" | "failure" | "silence";
}

/** Any answer, most of them nearly right. */
export const badAnswer: fc.Arbitrary<BadAnswer> = fc.record({
  status: fc.constantFrom(...STATUSES),
  headers: fc.tuple(headers, fc.boolean()).map(([odd, isStream]) => ({
    // Without them hardly anything else of an answer is looked at.
    ...(isStream && { "Content-Type": "application/json", "Stream-Next-Offset": "a" }),
    ...odd,
  })),
  pieces,
  cut: fc.nat(20),
  ending: fc.constantFrom("end", "end", "end", "failure", "silence"),
});

/** Makes the response. Statuses without a body have none. */
export function responseOf({ status, headers: named, pieces: parts, cut, ending }: BadAnswer): Response {
  if (status === 204 || status === 304) return new Response(null, { status, headers: named });
  const left = parts.flatMap((part) => {
    const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
    return [bytes.subarray(0, cut), bytes.subarray(cut)].filter(({ length }) => length > 0);
  });
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift();
      if (piece !== undefined) controller.enqueue(piece);
      else if (ending === "end") controller.close();
      else if (ending === "failure") controller.error(new TypeError("terminated"));
      else return new Promise<void>(() => {});
      return undefined;
    },
  });
  return new Response(body, { status, headers: named });
}
