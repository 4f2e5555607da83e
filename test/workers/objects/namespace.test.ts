import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { ownNamespace } from "../../../src/server/durable-object/namespace.ts";

describe("an object's own namespace", () => {
  const environment = { text: "x", none: null, json: { constructor: null }, other: env.STREAMS, own: env.PROBED };

  test("is found among bindings of all kinds by the object's name", () => {
    expect(ownNamespace({ id: env.PROBED.idFromName("a") }, environment)).toBe(env.PROBED);
  });

  test("is found for an object that does not know its name", () => {
    const id = env.PROBED.idFromString(env.PROBED.idFromName("a").toString());
    expect(ownNamespace({ id }, environment)).toBe(env.PROBED);
  });

  test("is not found when only other classes are bound", () => {
    expect(ownNamespace({ id: env.PROBED.idFromName("a") }, { other: env.STREAMS })).toBeUndefined();
  });
});
