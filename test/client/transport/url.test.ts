import { describe, expect, test } from "vitest";
import { parseStreamUrl } from "../../../src/client/transport/index.ts";
import { withQuery } from "../../../src/client/transport/url.ts";

describe("parseStreamUrl", () => {
  test("keeps the caller's own query, ordered, and drops fragment and protocol parameters", () => {
    const { href } = parseStreamUrl("https://a.test/s?z=1&offset=7&live=sse&cursor=9&b=2#frag");
    expect(href).toBe("https://a.test/s?b=2&z=1");
  });

  test("takes a URL object and leaves it as it is", () => {
    const given = new URL("https://a.test/s#frag");
    expect(parseStreamUrl(given).href).toBe("https://a.test/s");
    expect(given.href).toBe("https://a.test/s#frag");
  });

  test.each([["nonsense"], ["/relative"], ["ftp://a.test/s"], ["https://user@a.test/s"], ["https://u:p@a.test/s"]])(
    "refuses %s where there is no page",
    (url) => {
      expect(() => parseStreamUrl(url)).toThrow(TypeError);
    },
  );
});

describe("withQuery", () => {
  const url = new URL("https://a.test/s?tenant=x");

  test("orders parameters by name and encodes values", () => {
    const { href } = withQuery(url, [["zone", "é&="]], { offset: "a b+c", live: "long-poll", cursor: undefined });
    expect(href).toBe("https://a.test/s?live=long-poll&offset=a+b%2Bc&tenant=x&zone=%C3%A9%26%3D");
  });

  test("replaces a parameter of the URL by the caller's of the same name", () => {
    expect(withQuery(url, [["tenant", "y"]], {}).search).toBe("?tenant=y");
  });

  test("lets no caller set what belongs to the protocol", () => {
    const params = [
      ["offset", "5"],
      ["live", "sse"],
      ["cursor", "c"],
    ] as const;
    expect(withQuery(url, params, { offset: "0_7" }).search).toBe("?offset=0_7&tenant=x");
  });

  test("does not change the URL it is given", () => {
    withQuery(url, [], { offset: "1" });
    expect(url.search).toBe("?tenant=x");
  });
});
