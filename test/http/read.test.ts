import { afterEach, describe, expect, test, vi } from "vitest";
import { StreamGoneError } from "../../src/shared/index.ts";
import { chunked, pageOf, storeOf } from "./pages.ts";
import { codeOf, offsetOf, server } from "./server.ts";

const TAIL_OF_3 = "0000000000000000_0000000000000003";
const MIB = 1024 * 1024;
const megabytes = (count: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: count * MIB }, (_, index) => index % 251);

describe("GET", () => {
  test("returns everything, where it ends, and that it is all", async () => {
    const { call, create } = server();
    const created = await create("a", "text/plain", "abc");
    const response = await call("GET", "a");
    expect([response.status, await response.text()]).toEqual([200, "abc"]);
    expect(offsetOf(response)).toBe(TAIL_OF_3);
    expect(response.headers.get("Stream-Up-To-Date")).toBe("true");
    expect(response.headers.get("Content-Type")).toBe("text/plain");
    expect(response.headers.get("Content-Length")).toBe("3");
    expect(response.headers.get("Stream-Id")).toBe(created.headers.get("Stream-Id"));
    expect(response.headers.get("Stream-Closed")).toBeNull();
  });

  test.each(["", "?offset=-1", "?offset=0000000000000000_0000000000000000"])(
    "%j starts at the start",
    async (query) => {
      const { call, create } = server();
      await create("a", "text/plain", "abc");
      expect(await (await call("GET", `a${query}`)).text()).toBe("abc");
    },
  );

  test("at the tail returns nothing, and says so", async () => {
    const { call, create } = server();
    await create("a", "text/plain", "abc");
    const response = await call("GET", `a?offset=${TAIL_OF_3}`);
    expect([response.status, await response.text(), offsetOf(response)]).toEqual([200, "", TAIL_OF_3]);
    expect(response.headers.get("Stream-Up-To-Date")).toBe("true");
  });

  test("pages join to the whole, and only the last one is up to date", async () => {
    const { append, call, create } = server({ maxReadBytes: 10 });
    await create("a", "application/json");
    for (let n = 0; n < 10; n++) await append("a", "application/json", `{"n":${n}}`);
    const values: unknown[] = [];
    const upToDate: (string | null)[] = [];
    for (let offset = "-1"; upToDate.at(-1) !== "true"; ) {
      const page = await call("GET", `a?offset=${offset}`);
      values.push(...JSON.parse(await page.text()));
      upToDate.push(page.headers.get("Stream-Up-To-Date"));
      offset = offsetOf(page);
    }
    expect(values).toEqual(Array.from({ length: 10 }, (_, n) => ({ n })));
    expect(upToDate.slice(0, -1).every((value) => value === null)).toBe(true);
  });

  test("says that a stream is closed only at its end", async () => {
    const { call, create } = server({ maxReadBytes: 2 });
    await create("a", "text/plain", "abcd", { "Stream-Closed": "true" });
    const first = await call("GET", "a");
    const last = await call("GET", `a?offset=${offsetOf(first)}`);
    const after = await call("GET", `a?offset=${offsetOf(last)}`);
    expect([first, last, after].map(({ headers }) => headers.get("Stream-Closed"))).toEqual([null, "true", "true"]);
  });

  test("of an empty JSON stream is an empty array", async () => {
    const { call, create } = server();
    await create("a", "application/json");
    const response = await call("GET", "a");
    expect([await response.text(), response.headers.get("Content-Length")]).toEqual(["[]", "2"]);
  });

  test.each([
    ["application/json", "[]"],
    ["text/plain", ""],
  ])("offset=now of %s is empty, not stored, and has no entity tag", async (contentType, body) => {
    const { call, create } = server();
    const tail = offsetOf(await create("a", contentType, "[1,2]"));
    const response = await call("GET", "a?offset=now");
    expect([response.status, await response.text(), offsetOf(response)]).toEqual([200, body, tail]);
    expect(response.headers.get("Stream-Up-To-Date")).toBe("true");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(response.headers.get("ETag")).toBeNull();
  });

  test("offset=now of a closed stream says that it is closed", async () => {
    const { call, create } = server();
    await create("a", "text/plain", "abc", { "Stream-Closed": "true" });
    const { headers } = await call("GET", "a?offset=now");
    expect([headers.get("Stream-Closed"), headers.get("Stream-Up-To-Date")]).toEqual(["true", "true"]);
  });

  test.each([
    ["offset=", "InvalidOffsetError"],
    ["offset=12", "InvalidOffsetError"],
    ["offset=a,b", "InvalidOffsetError"],
    ["offset=0000000000000000_000000000000000A", "InvalidOffsetError"],
    ["offset=-1&offset=-1", "InvalidRequestError"],
    ["offset=-1&live=", "InvalidRequestError"],
    ["offset=-1&live=maybe", "InvalidRequestError"],
    ["offset=-1&live=sse&live=sse", "InvalidRequestError"],
    ["live=sse", "InvalidRequestError"],
    ["live=long-poll", "InvalidRequestError"],
    ["offset=-1&cursor=1&cursor=2", "InvalidRequestError"],
    [`offset=-1&cursor=${"1".repeat(65)}`, "InvalidRequestError"],
  ])("%s answers 400 before a store is asked", async (query, code) => {
    const { call, calls } = server();
    const response = await call("GET", `a?${query}`);
    expect([response.status, await codeOf(response), calls.log]).toEqual([400, code, []]);
  });

  test("ignores parameters it does not know, even twice", async () => {
    const { call, create } = server();
    await create("a");
    expect((await call("GET", "a?x=1&x=2&timeout=5")).status).toBe(200);
  });

  test("an offset beyond the tail answers 400", async () => {
    const { call, create } = server();
    await create("a", "text/plain", "abc");
    expect((await call("GET", "a?offset=0000000000000000_0000000000000004")).status).toBe(400);
  });
});

describe("caching", () => {
  const cacheControl = async (query: string, options = {}) => {
    const { call, create } = server({ maxReadBytes: 2, ...options });
    await create("a", "text/plain", "abc");
    return (await call("GET", `a${query}`)).headers.get("Cache-Control");
  };

  test.each([
    ["a page before the tail", "", "private, max-age=60, stale-while-revalidate=300"],
    ["a page at the tail", "?offset=0000000000000000_0000000000000002", "private, no-cache"],
    ["an empty page", `?offset=${TAIL_OF_3}`, "no-store"],
    ["offset=now", "?offset=now", "no-store"],
  ])("%s", async (_, query, value) => {
    expect(await cacheControl(query)).toBe(value);
  });

  test("pages are public when the server says so", async () => {
    expect(await cacheControl("", { visibility: "public" })).toBe("public, max-age=60, stale-while-revalidate=300");
  });
});

describe("entity tags", () => {
  test.each([
    ["the tag", (etag: string) => etag],
    ["the weak tag", (etag: string) => `W/${etag}`],
    ["a list", (etag: string) => `"x", W/"y,z", ${etag}`],
    ["*", () => "*"],
  ])("If-None-Match with %s answers 304", async (_, header) => {
    const { call, create } = server();
    await create("a", "text/plain", "abc");
    const etag = (await call("GET", "a")).headers.get("ETag") ?? "";
    const response = await call("GET", "a", { headers: { "If-None-Match": header(etag) } });
    expect([response.status, await response.text()]).toEqual([304, ""]);
  });

  test("a 304 keeps what a reader goes on with", async () => {
    const { call, create } = server();
    await create("a", "text/plain", "abc", { "Stream-Closed": "true" });
    const whole = await call("GET", "a");
    const { headers } = await call("GET", "a", { headers: { "If-None-Match": "*" } });
    const kept = [
      "ETag",
      "Stream-Next-Offset",
      "Stream-Up-To-Date",
      "Stream-Closed",
      "Cache-Control",
      "Stream-Id",
      "X-Content-Type-Options",
      "Cross-Origin-Resource-Policy",
      "Access-Control-Allow-Origin",
      "Access-Control-Expose-Headers",
    ];
    expect(kept.map((name) => headers.get(name))).toEqual(kept.map((name) => whole.headers.get(name)));
    expect(kept.filter((name) => headers.get(name) === null)).toEqual([]);
  });

  test.each([
    ["an append", (made: ReturnType<typeof server>) => made.append("a", "text/plain", "d")],
    [
      "the close",
      (made: ReturnType<typeof server>) => made.call("POST", "a", { headers: { "Stream-Closed": "true" } }),
    ],
    [
      "deleting and creating anew",
      async (made: ReturnType<typeof server>) => {
        await made.call("DELETE", "a");
        await made.create("a", "text/plain", "abc");
      },
    ],
  ])("%s makes another one", async (_, change) => {
    const made = server();
    await made.create("a", "text/plain", "abc");
    const etag = (await made.call("GET", "a")).headers.get("ETag") ?? "";
    await change(made);
    expect((await made.call("GET", "a", { headers: { "If-None-Match": etag } })).status).toBe(200);
  });

  test("offset=now never answers 304", async () => {
    const { call, create } = server();
    await create("a");
    expect((await call("GET", "a?offset=now", { headers: { "If-None-Match": "*" } })).status).toBe(200);
  });

  test("If-None-Match does not hide that there is no stream", async () => {
    expect((await server().call("GET", "a", { headers: { "If-None-Match": "*" } })).status).toBe(404);
  });
});

/** What workerd has: a pipe that fails unless exactly so many bytes go through. */
class FixedLengthStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(length: number) {
    let left = length;
    super({
      transform(chunk, controller) {
        left -= chunk.length;
        // A copy, because the writer may detach the chunk once it was written.
        controller.enqueue(chunk.slice());
      },
      flush() {
        if (left !== 0) throw new TypeError(`${left} bytes are missing`);
      },
    });
  }
}

describe.each(["without", "with"])("large pages, %s FixedLengthStream", (kind) => {
  const runtime = (): void => {
    if (kind === "with") vi.stubGlobal("FixedLengthStream", FixedLengthStream);
  };
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test.each([[1000], [70_000], [MIB]])("arrive byte for byte from chunks of %i bytes", async (size) => {
    runtime();
    const bytes = megabytes(3);
    const page = pageOf("application/octet-stream", () => chunked(bytes, size), bytes.length);
    const response = await server({}, storeOf(page)).call("GET", "a");
    expect(response.headers.get("Content-Length")).toBe(String(bytes.length));
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test.each([[1000], [MIB]])("of JSON are one array, from chunks of %i bytes", async (size) => {
    runtime();
    const stored = new TextEncoder().encode(`"${"x".repeat(98)}",`.repeat(20_000));
    const page = pageOf("application/json", () => chunked(stored, size), stored.length);
    const response = await server({}, storeOf(page)).call("GET", "a");
    const body = await response.text();
    expect(response.headers.get("Content-Length")).toBe(String(body.length));
    expect(body).toBe(`[${`"${"x".repeat(98)}",`.repeat(20_000).slice(0, -1)}]`);
  });

  test("leave the store's own bytes as they are", async () => {
    runtime();
    const bytes = megabytes(1);
    const page = pageOf(
      "application/octet-stream",
      async function* () {
        yield bytes;
      },
      bytes.length,
    );
    await (await server({}, storeOf(page)).call("GET", "a")).arrayBuffer();
    expect(Buffer.from(bytes).equals(megabytes(1))).toBe(true);
  });

  test("fail when the stream goes away on the way, without an alarm", async () => {
    runtime();
    const bytes = megabytes(1);
    const page = pageOf("text/plain", () => chunked(bytes, 1000, new StreamGoneError()), 2 * bytes.length);
    const { call, errors } = server({}, storeOf(page));
    const response = await call("GET", "a");
    await expect(response.arrayBuffer()).rejects.toThrow();
    expect(errors).toEqual([]);
  });

  test.each([
    ["fewer", MIB + 1],
    ["more", MIB - 1],
  ])("fail when a store gives %s bytes than it promised, and are reported", async (_, promised) => {
    runtime();
    const page = pageOf("text/plain", () => chunked(megabytes(1), 1000), promised);
    const { call, errors } = server({}, storeOf(page));
    const response = await call("GET", "a");
    await expect(response.arrayBuffer()).rejects.toThrow();
    expect(errors).toHaveLength(1);
  });

  test("are not read on when the client stops reading", async () => {
    runtime();
    let pulled = 0;
    const page = pageOf(
      "text/plain",
      async function* () {
        for (; pulled < 64; pulled++) yield new Uint8Array(MIB);
      },
      64 * MIB,
    );
    const response = await server({}, storeOf(page)).call("GET", "a");
    await response.body?.getReader().read();
    expect(pulled).toBeLessThan(8);
  });

  test.each(["cancel", "signal"])("are let go of when the client leaves (%s)", async (way) => {
    runtime();
    const released = Promise.withResolvers<void>();
    const page = pageOf(
      "text/plain",
      async function* () {
        try {
          for (let n = 0; n < 64; n++) yield new Uint8Array(MIB);
        } finally {
          released.resolve();
        }
      },
      64 * MIB,
    );
    const client = new AbortController();
    const { call, errors } = server({}, storeOf(page));
    const response = await call("GET", "a", { signal: client.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    if (way === "signal") client.abort();
    await (way === "cancel" ? reader?.cancel() : reader?.read().catch(() => {}));
    await released.promise;
    expect(errors).toEqual([]);
  });
});

test("a small page of a stream that goes away answers with its status", async () => {
  const page = pageOf("text/plain", () => chunked(megabytes(1).subarray(0, 10), 5, new StreamGoneError()), 20);
  expect((await server({}, storeOf(page)).call("GET", "a")).status).toBe(410);
});
