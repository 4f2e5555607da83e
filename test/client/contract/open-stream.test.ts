import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { openStream } from "../../../src/client/index.ts";
import { canonicalStreamPath } from "../../../src/server/http/path.ts";
import { defineStream, isStreamError } from "../../../src/shared/index.ts";

const chats = defineStream({ path: "/users/:userId/chats/:chatId", schema: z.object({ text: z.string() }) });
const lobby = defineStream({ path: "/lobby", contentType: "text/plain" });
const baseUrl = "https://streams.test/v1/stream";

describe("openStream", () => {
  test("puts the encoded path behind the base", () => {
    const stream = openStream(chats, { baseUrl, path: { userId: "ada", chatId: "room 1?#%é" } });
    expect(stream.url).toBe("https://streams.test/v1/stream/users/ada/chats/room%201%3F%23%25%C3%A9");
  });

  test.each([
    ["without a path", "https://streams.test", "https://streams.test/lobby"],
    ["at the root", "https://streams.test/", "https://streams.test/lobby"],
    ["with a slash at its end", `${baseUrl}/`, `${baseUrl}/lobby`],
    ["that is a URL", new URL(baseUrl), `${baseUrl}/lobby`],
    ["with query parameters", `${baseUrl}?tenant=a`, `${baseUrl}/lobby?tenant=a`],
  ])("takes a base %s", (_, base, url) => {
    expect(openStream(lobby, { baseUrl: base }).url).toBe(url);
  });

  test("refuses a parameter that no path can hold, and says which", () => {
    expect(() => openStream(chats, { baseUrl, path: { userId: "..", chatId: "1" } })).toThrow(
      expect.objectContaining({ _tag: "InvalidRequestError", parameter: "userId" }),
    );
  });

  test("takes the content type of the contract", () => {
    expect(openStream(lobby, { baseUrl }).contentType).toBe("text/plain");
    expect(openStream(chats, { baseUrl, path: { userId: "a", chatId: "b" } }).contentType).toBe("application/json");
  });

  test("names the stream that the server knows by the contract's path, whatever the values", () => {
    const awkward = fc.constantFrom(
      "/",
      "\\",
      ".",
      "..",
      "%",
      "%2F",
      "%2e",
      "+",
      " ",
      "~",
      "?",
      "#",
      "\0",
      "\u0085",
      "\ud800",
    );
    const unit = fc.oneof(fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }), awkward);
    const value = fc.string({ unit, maxLength: 8 });
    fc.assert(
      fc.property(value, value, (userId, chatId) => {
        const path = { userId, chatId };
        const reached = orRefused(() => {
          const { pathname } = new URL(openStream(chats, { baseUrl, path }).url);
          return canonicalStreamPath(pathname, "/v1/stream");
        });
        expect(reached).toBe(orRefused(() => chats.pathOf(path)));
      }),
    );
  });
});

/** What a function returns, or why it refused, which is no path. */
function orRefused(work: () => string): string {
  try {
    return work();
  } catch (error) {
    if (isStreamError(error)) return `/refused: ${error.message}`;
    throw error;
  }
}
