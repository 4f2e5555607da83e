import fc from "fast-check";
import { expect, test } from "vitest";
import { server } from "./server.ts";

const OFFSETS = [
  "-1",
  "now",
  "",
  "NOW",
  "0000000000000000_0000000000000000",
  "0000000000000000_0000000000000002",
  "0000000000000777_0000000000000003",
  "0000000000000000_001fffffffffffff",
  "0000000000000000_0020000000000000",
  "ffffffffffffffff_ffffffffffffffff",
];
const NUMBERS = ["0", "1", "2", "60", "01", "-1", "1.5", "9007199254740991", "9007199254740992", "", "x"];
const TYPES = ["text/plain", "application/json", "APPLICATION/JSON; charset=utf-8", "text/plain;", "plain", "", "a/b"];
const BODIES = ["", "x", "1", "[]", "[1,2]", "[1,", '{"a":[1]}', "\ufeff1", "\r\nevent: control\r\n", "\ud83d\ude00"];

const of = (...values: readonly string[]) => fc.constantFrom(...values);
const values = {
  "Content-Type": of(...TYPES),
  "Content-Encoding": of("identity", "gzip", ""),
  "If-None-Match": of("*", '"x"', "W/", '"', ""),
  "Producer-Epoch": of(...NUMBERS),
  "Producer-Id": of("p", "q", "", "caf\u00e9", "x".repeat(300)),
  "Producer-Seq": of(...NUMBERS),
  "Stream-Closed": of("true", "TRUE", "false", "true, true", ""),
  "Stream-Expires-At": of("2999-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00", "1999-01-01T00:00:00Z", "soon", ""),
  "Stream-Fork-Offset": of(...OFFSETS),
  "Stream-Fork-Sub-Offset": of(...NUMBERS),
  "Stream-Forked-From": of("/v1/stream/a", "/v1/stream/b", "/v1/stream/c/../a", "/v1/stream/none", "a", "", "//x/a"),
  "Stream-Seq": of("a", "b", "", "\u00ff", "x".repeat(2000)),
  "Stream-TTL": of(...NUMBERS),
};

const query = fc.record(
  { offset: of(...OFFSETS), live: of("sse", "long-poll", "", "x"), cursor: of("0", "9007199254740991", "x", "") },
  { requiredKeys: [] },
);
const request = fc.record({
  method: of("PUT", "PUT", "POST", "POST", "POST", "GET", "GET", "HEAD", "DELETE", "OPTIONS", "PATCH"),
  path: of("a", "a", "b", "c", "%61", "a/", "__ds", "%zz", ""),
  query,
  headers: fc.record(values, { requiredKeys: [] }),
  body: of(...BODIES),
});

/** Reads a body that ends; of one that goes on, what came first. */
async function start(response: Response): Promise<Uint8Array> {
  if (response.headers.get("Content-Type") !== "text/event-stream") return response.bytes();
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return value ?? new Uint8Array(0);
}

test("whatever is asked, in whatever order, is answered as the protocol says, and leaves nothing behind", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 30 }), async (requests) => {
      const { call, calls, clock, errors } = server();
      for (const { method, path, query, headers, body } of requests) {
        const url = `${path}?${new URLSearchParams({ ...query })}`;
        const mayCarry = method === "PUT" || method === "POST" || method === "DELETE";
        const pending = call(method, url, {
          headers: { Origin: "https://app.example", ...headers },
          ...(mayCarry && { body }),
        });
        // A long-poll ends by the clock; everything else does not look at it.
        let answered = false;
        void pending.finally(() => {
          answered = true;
        });
        while (!answered) await clock.advance(7000);
        const response = await pending;
        const bytes = await start(response);
        const told = response.headers.get("Content-Length");
        expect([response.status === 500, errors]).toEqual([false, []]);
        expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
        expect(response.headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
        expect(response.headers.get("Access-Control-Allow-Origin")).toBe("*");
        expect(told ?? String(bytes.length)).toBe(String(bytes.length));
        const isProblem = response.headers.get("Content-Type") === "application/problem+json";
        expect(isProblem).toBe(response.status >= 400);
      }
      expect([errors, calls.watching]).toEqual([[], 0]);
    }),
    { numRuns: 60 },
  );
});
