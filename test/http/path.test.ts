import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalStreamPath, normalizeBasePath, pathnameOf, streamUrlPath } from "../../src/server/http/path.ts";
import { codeOf, server } from "./server.ts";

const BASE = "/v1/stream";
const canonical = (url: string): string => canonicalStreamPath(new URL(url, "https://x.test").pathname, BASE);
const tagOf = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
  return "nothing was thrown";
};

const accepted = (url: string): string | undefined => {
  try {
    return canonical(url);
  } catch {
    return undefined;
  }
};

describe("canonicalStreamPath", () => {
  test.each([
    ["/v1/stream/a", "a"],
    ["/v1/stream/a/b", "a/b"],
    ["/v1/stream/%61", "a"],
    ["/v1/stream/caf%C3%A9", "café"],
    ["/v1/stream/café", "café"],
    ["/v1/stream/a/./b", "a/b"],
    ["/v1/stream/a/../b", "b"],
    ["/v1/stream/a/%2e%2E/b", "b"],
    ["/v1/stream/%252e%252e", "%2e%2e"],
    ["/v1/stream/a%20b", "a b"],
    ["/v1/stream/a/__ds", "a/__ds"],
    ["/v1/stream/a|b", "a|b"],
  ])("%s names the stream %s", (url, path) => {
    expect(canonical(url)).toBe(path);
  });

  test.each([
    ["/v1/stream//a", "InvalidRequestError"],
    ["/v1/stream/a//b", "InvalidRequestError"],
    ["/v1/stream/a/", "InvalidRequestError"],
    ["/v1/stream/a%2Fb", "InvalidRequestError"],
    ["/v1/stream/a%5cb", "InvalidRequestError"],
    ["/v1/stream/a%00b", "InvalidRequestError"],
    ["/v1/stream/a%0Ab", "InvalidRequestError"],
    ["/v1/stream/a%7F", "InvalidRequestError"],
    ["/v1/stream/a%C2%85", "InvalidRequestError"],
    ["/v1/stream/%", "InvalidRequestError"],
    ["/v1/stream/%zz", "InvalidRequestError"],
    ["/v1/stream/%C3", "InvalidRequestError"],
    ["/v1/stream/%ED%A0%80", "InvalidRequestError"],
    ["/v1/stream/%C0%AF", "InvalidRequestError"],
    ["/v1/stream/__ds", "ReservedPathError"],
    ["/v1/stream/__ds/subscriptions/x", "ReservedPathError"],
    ["/v1/stream/%5F_ds/x", "ReservedPathError"],
    ["/v1/stream", "StreamNotFoundError"],
    ["/v1/stream/", "StreamNotFoundError"],
    ["/v1/streams/a", "StreamNotFoundError"],
    ["/v1/stream/../other", "StreamNotFoundError"],
    ["/", "StreamNotFoundError"],
  ])("%s is refused with %s", (url, tag) => {
    expect(tagOf(() => canonical(url))).toBe(tag);
  });

  test("what lies elsewhere is told where streams live", async () => {
    const { handle } = server();
    const response = await handle(new Request("https://streams.test/chat"));
    expect([response.status, (await response.json()).detail]).toEqual([
      404,
      'No stream at "/chat": streams live below "/v1/stream/"',
    ]);
  });

  test("1,024 bytes are the most a path may have", () => {
    expect(canonical(`${BASE}/${"é".repeat(512)}`)).toHaveLength(512);
    expect(tagOf(() => canonical(`${BASE}/${"é".repeat(512)}a`))).toBe("InvalidRequestError");
  });

  test("a path that is too long answers 414", async () => {
    const response = await server().call("PUT", "a".repeat(1025));
    expect([response.status, await codeOf(response)]).toEqual([414, "InvalidRequestError"]);
  });

  test("streamUrlPath is its inverse for every canonical path", () => {
    const segment = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .filter((text) => !/[/\\]|\p{Cc}/u.test(text) && text !== "." && text !== "..");
    const path = fc
      .array(segment, { minLength: 1, maxLength: 5 })
      .map((segments) => segments.join("/"))
      .filter((text) => !/^__ds(\/|$)/.test(text) && Buffer.byteLength(text) <= 1024);
    fc.assert(
      fc.property(path, fc.constantFrom("", BASE), (name, basePath) => {
        const url = new URL(streamUrlPath(name, basePath), "https://x.test");
        expect(canonicalStreamPath(url.pathname, basePath)).toBe(name);
      }),
    );
  });

  test("whatever is accepted has one spelling: spelling it again changes nothing", () => {
    fc.assert(
      fc.property(fc.webPath(), (tail) => {
        const path = accepted(BASE + tail);
        fc.pre(path !== undefined);
        expect(canonical(streamUrlPath(path, BASE))).toBe(path);
      }),
    );
  });
});

describe("normalizeBasePath", () => {
  test.each([
    ["/v1/stream", "/v1/stream"],
    ["/v1/stream/", "/v1/stream"],
    ["/", ""],
    ["", ""],
  ])("%j becomes %j", (given, normal) => {
    expect(normalizeBasePath(given)).toBe(normal);
  });

  test.each(["v1", "/a//b", "/a/../b", "/a%20b", "/a?b", "/a#b", "https://x.test/a", "//x.test/a"])(
    "%j is refused",
    (given) => {
      expect(() => normalizeBasePath(given)).toThrow(TypeError);
    },
  );
});

describe("one rule for every operation", () => {
  test.each(["GET", "HEAD", "POST", "PUT", "DELETE"])(
    "%s refuses an escaped slash before a store is asked",
    async (method) => {
      const { call, calls } = server();
      const response = await call(method, "a%2Fb");
      expect([response.status, calls.log]).toEqual([400, []]);
    },
  );

  test.each(["GET", "HEAD", "POST", "PUT", "DELETE"])(
    "%s answers 404 for a reserved path before a store is asked",
    async (method) => {
      const { call, calls } = server();
      const response = await call(method, "__ds/subscriptions/1");
      expect([response.status, calls.log]).toEqual([404, []]);
    },
  );

  test("a reserved path says so in its code", async () => {
    expect(await codeOf(await server().call("PUT", "__ds/subscriptions/1"))).toBe("ReservedPathError");
  });

  test("two spellings of a path are one stream", async () => {
    const { call, create } = server();
    await create("caf%C3%A9", "text/plain", "x");
    expect(await (await call("GET", "caf%c3%a9")).text()).toBe("x");
  });

  test("the root can be the base path", async () => {
    const { call } = server({ basePath: "/" });
    expect((await call("PUT", "/anything/at/all")).status).toBe(201);
  });
});

describe("pathnameOf", () => {
  test.each([
    "https://x.test/v1/stream/a",
    "https://x.test/v1/stream/a.json?offset=-1",
    "https://x.test/v1/stream/a#b",
    "https://x.test/v1/stream/a/../b",
    "https://x.test/v1/stream/a/.b",
    "https://x.test/v1/stream/a/..",
    "https://x.test/a/%2e%2e/b",
    "https://x.test",
    "https://x.test?a/b",
    "https://user@x.test:8080/a//b",
    "https:/\\x.test/a\\b/c",
    "https://x.test/a\tb",
    "https://x.test/a\n",
    "https://x.test/caf\u00e9",
    "HTTPS://X.test/A",
    "ftp://x.test/a",
  ])("of %j is the URL parser's", (url) => {
    expect(pathnameOf(url)).toBe(new URL(url).pathname);
  });

  test("agrees with the URL parser about any URL", () => {
    const character = fc.constantFrom(..."aZ09._-~/\\%2eE?#:@ \t\n\u00e9");
    const rest = fc.string({ unit: character });
    fc.assert(
      fc.property(rest, (text) => {
        const url = `https://x.test${text}`;
        fc.pre(URL.canParse(url));
        expect(pathnameOf(url)).toBe(new URL(url).pathname);
      }),
    );
  });
});
