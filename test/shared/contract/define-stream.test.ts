import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { defineStream } from "../../../src/shared/index.ts";

const chats = defineStream({ path: "/users/:userId/chats/:chatId" });

describe("defineStream", () => {
  test("keeps path, schema and content type", () => {
    const schema = z.object({ text: z.string() });
    const contract = defineStream({ path: "/chats/:id", schema, contentType: "application/json; charset=utf-8" });
    expect(contract).toMatchObject({ path: "/chats/:id", contentType: "application/json; charset=utf-8" });
    expect(contract.schema).toBe(schema);
  });

  test("is about JSON unless it says otherwise", () => {
    expect(defineStream({ path: "/a" }).contentType).toBe("application/json");
    expect(defineStream({ path: "/a", schema: z.string() }).contentType).toBe("application/json");
    expect(defineStream({ path: "/a", contentType: "text/plain" }).contentType).toBe("text/plain");
  });

  test("gives what nobody can change", () => {
    expect(Object.isFrozen(chats)).toBe(true);
  });

  test("refuses a schema for streams that are not JSON", () => {
    const contentType: string = "text/plain";
    expect(() =>
      defineStream({ path: "/a", schema: z.string(), contentType: contentType as "application/json" }),
    ).toThrow(/text\/plain/);
  });

  test.each([
    ["an empty path", "/"],
    ["an empty segment", "/a//b"],
    ["a trailing slash", "/a/"],
    ["a dot segment", "/a/../b"],
    ["a backslash", "/a\\b"],
    ["a control character", "/a\u0000"],
    ["half a surrogate pair", "/a\ud800"],
    ["a wildcard", "/files/*"],
    ["an optional parameter", "/files/:name?"],
    ["an escape, which would be taken literally", "/caf%C3%A9"],
    ["a query", "/a?b"],
    ["a fragment", "/a#b"],
    ["a parameter that is part of a segment", "/room-:id"],
    ["a parameter without a name", "/:"],
    ["a parameter whose name is none", "/:chat-id"],
    ["a parameter that would be the prototype", "/:__proto__"],
    ["one name twice", "/:id/:id"],
    ["the reserved segment", "/__ds/a"],
  ] as const)("refuses %s", (_, path) => {
    expect(() => defineStream({ path })).toThrow(TypeError);
  });

  test("refuses a path without a leading slash, whatever the types were told", () => {
    expect(() => defineStream({ path: "chats/:id" as "/" })).toThrow('"chats/:id" is no pattern');
  });
});

describe("pathOf", () => {
  test("puts the values in their places, as they are", () => {
    expect(chats.pathOf({ userId: "ada", chatId: "room 1%é" })).toBe("users/ada/chats/room 1%é");
  });

  test("of a pattern without parameters is its text", () => {
    expect(defineStream({ path: "/lobby/main.1" }).pathOf({})).toBe("lobby/main.1");
  });

  test.each(["", ".", "..", "a/b", "a\\b", "a\nb", "\u009f", "\udc00"])("refuses %j", (chatId) => {
    expect(() => chats.pathOf({ userId: "ada", chatId })).toThrow(
      expect.objectContaining({ _tag: "InvalidRequestError", parameter: "chatId", status: 400 }),
    );
  });

  test.each([undefined, null, 7, {}])("refuses %j, which is no text, from callers without types", (value) => {
    const params = Object.assign({ userId: "ada", chatId: "" }, { chatId: value });
    expect(() => chats.pathOf(params)).toThrow(expect.objectContaining({ parameter: "chatId" }));
  });

  test("takes nothing from the prototype of what it is given", () => {
    const inherits = Object.assign({ constructor: "" }, {});
    Reflect.deleteProperty(inherits, "constructor");
    expect(() => defineStream({ path: "/:constructor" }).pathOf(inherits)).toThrow(
      expect.objectContaining({ parameter: "constructor" }),
    );
  });

  test("refuses the reserved segment where it would come first, and only there", () => {
    expect(() => defineStream({ path: "/:tenant/a" }).pathOf({ tenant: "__ds" })).toThrow(
      expect.objectContaining({ parameter: "tenant" }),
    );
    expect(chats.pathOf({ userId: "__ds", chatId: "a" })).toBe("users/__ds/chats/a");
  });

  test("takes a path of 1,024 bytes and refuses a longer one with 414", () => {
    const contract = defineStream({ path: "/a/:b" });
    expect(contract.pathOf({ b: "é".repeat(511) })).toHaveLength(513);
    expect(() => contract.pathOf({ b: `${"é".repeat(511)}x` })).toThrow(
      expect.objectContaining({ _tag: "InvalidRequestError", status: 414 }),
    );
  });
});

describe("match", () => {
  test("gives the parameters", () => {
    expect(chats.match("users/ada/chats/room 1%41")).toEqual({ userId: "ada", chatId: "room 1%41" });
  });

  test("of a pattern without parameters gives none", () => {
    expect(defineStream({ path: "/lobby" }).match("lobby")).toEqual({});
  });

  test.each([
    "users/ada/chats",
    "users/ada/chats/1/2",
    "users/ada/rooms/1",
    "Users/ada/chats/1",
    "/users/ada/chats/1",
    "users/ada/chats/",
    "users//chats/1",
    "",
  ])("knows that %j is another path", (path) => {
    expect(chats.match(path)).toBeUndefined();
  });

  test("reverses pathOf", () => {
    const segment = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
      .filter((text) => !/^\.\.?$|[/\\\p{Cc}]/u.test(text));
    fc.assert(
      fc.property(segment, segment, (userId, chatId) => {
        expect(chats.match(chats.pathOf({ userId, chatId }))).toEqual({ userId, chatId });
      }),
    );
  });
});
