import { describe, expect, test } from "vitest";
import { type Authorize, bearerToken } from "../../src/server/http/index.ts";
import { server } from "./server.ts";

async function statusWith(authorize: Authorize, authorization?: string): Promise<number> {
  const { call } = server({ authorize });
  const headers = authorization === undefined ? {} : { Authorization: authorization };
  return (await call("PUT", "a", { headers })).status;
}

describe("bearerToken", () => {
  test.each(["Bearer s3cret", "bearer s3cret", "BEARER   s3cret"])("%j is let in", async (authorization) => {
    expect(await statusWith(bearerToken("s3cret"), authorization)).toBe(201);
  });

  test.each([
    undefined,
    "",
    "Bearer",
    "Bearer ",
    "Bearer s3cre",
    "Bearer s3crets",
    "Basic s3cret",
    "s3cret",
    "Bearer S3CRET",
  ])("%j is refused with 401", async (authorization) => {
    expect(await statusWith(bearerToken("s3cret"), authorization)).toBe(401);
  });

  test.each([["old"], ["new"]])("each of several secrets is good: %s", async (secret) => {
    expect(await statusWith(bearerToken(["old", "new"]), `Bearer ${secret}`)).toBe(201);
  });

  test.each([{ secret: "" }, { secret: undefined }, { secret: [] }])("%j lets nobody in", async ({ secret }) => {
    expect(await statusWith(bearerToken(secret), "Bearer ")).toBe(401);
    expect(await statusWith(bearerToken(secret), "Bearer undefined")).toBe(401);
    expect(await statusWith(bearerToken(secret))).toBe(401);
  });

  test("without a secret, whoever comes with a token is told that none is set", async () => {
    const { call } = server({ authorize: bearerToken(undefined) });
    const response = await call("GET", "a", { headers: { Authorization: "Bearer s" } });
    expect(await response.json()).toMatchObject({
      code: "UnauthorizedError",
      detail: expect.stringContaining("none is set"),
    });
  });

  test("an empty secret among others lets nobody in", async () => {
    expect(await statusWith(bearerToken(["", "good"]), "Bearer ")).toBe(401);
  });

  test("secrets may depend on the request", async () => {
    const authorize = bearerToken(async ({ path }) => `secret-of-${path}`);
    expect(await statusWith(authorize, "Bearer secret-of-a")).toBe(201);
    expect(await statusWith(authorize, "Bearer secret-of-b")).toBe(401);
  });

  test("a request without a token is challenged", async () => {
    const response = await server({ authorize: bearerToken("s") }).call("GET", "a");
    expect(response.headers.get("WWW-Authenticate")).toBe("Bearer");
  });

  test("a wrong token is named in the challenge", async () => {
    const { call } = server({ authorize: bearerToken("s") });
    const response = await call("GET", "a", { headers: { Authorization: "Bearer wrong" } });
    expect(response.headers.get("WWW-Authenticate")).toBe('Bearer error="invalid_token"');
  });
});
