import { beforeEach, describe, expect, test } from "vitest";
import { type AuthorizeContext, allowAnonymous } from "../../../src/server/durable-object/index.ts";
import { Client, status } from "./client.ts";
import { door } from "./door.ts";
import { probe } from "./probe.ts";

const client = new Client("PROBED");

beforeEach(() => probe.reset());

describe("paths", () => {
  const paths: [path: string, expected: number | string][] = [
    ["a/b", "a/b"],
    ["a/./b", "a/b"],
    ["x/../a/b", "a/b"],
    ["x/%2e%2E/a/b", "a/b"],
    ["a/%62", "a/b"],
    ["caf%C3%A9", "café"],
    ["a%20b", "a b"],
    ["a//b", 400],
    ["a/", 400],
    ["a%2Fb", 400],
    ["a%5Cb", 400],
    ["a%00b", 400],
    ["a%7F", 400],
    ["%ff", 400],
    ["../../v1/other", 404],
    ["__ds", 404],
    ["__ds/subscriptions/x", 404],
    ["%5F_ds/x", 404],
    ["x/../__ds", 404],
    ["x/__ds", "x/__ds"],
    ["n".repeat(1024), "n".repeat(1024)],
    ["n".repeat(1025), 414],
    ["%C3%A9".repeat(512), "é".repeat(512)],
    ["%C3%A9".repeat(513), 414],
  ];

  const shown = (path: string) => (path.length > 30 ? `${path.slice(0, 10)}… (${path.length})` : path);
  const rows = paths.map(([path, expected]) => ({ name: shown(path), path, expected }));

  test.each(rows)("$name name one object, or none, whatever the method", async ({ path, expected }) => {
    const { ask, touched } = door({ authorize: allowAnonymous() });
    const statuses: number[] = [];
    for (const method of ["DELETE", "PUT", "GET", "HEAD", "POST"]) statuses.push(await status(ask(method, path)));
    const all = (value: number | string) => Array(5).fill(value);
    expect(typeof expected === "string" ? touched : statuses).toEqual(all(expected));
    expect(touched.length).toBe(typeof expected === "string" ? 5 : 0);
  });

  test.each(rows)("$name name the same source in Stream-Forked-From", async ({ path, expected }) => {
    const sources: string[] = [];
    const { ask, touched } = door({
      authorize: ({ operation, path }: AuthorizeContext) => {
        if (operation === "read") sources.push(path);
        return operation === "create";
      },
    });
    const answer = await status(ask("PUT", "fork", { headers: { "Stream-Forked-From": `/v1/stream/${path}` } }));
    const refused = typeof expected === "number" ? expected : 403;
    expect([answer, sources, touched]).toEqual([refused, typeof expected === "string" ? [expected] : [], []]);
  });

  test("of the greatest length can be forked", async () => {
    const source = "ü".repeat(512);
    await client.put(encodeURIComponent(source), { body: "far" });
    expect(await status(client.fork("near", encodeURIComponent(source)))).toBe(201);
    expect(await client.text("near")).toBe("far");
  });

  test("with characters beyond ASCII can be forked over two objects", async () => {
    await client.put("%E6%B5%81/%F0%9F%8C%8A", { body: "流" });
    await client.fork("%E6%B5%81/fork", "%E6%B5%81/%F0%9F%8C%8A");
    expect(await client.text("%E6%B5%81/fork")).toBe("流");
  });
});
