import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import {
  InvalidMessageError,
  isStreamError,
  ProducerFencedError,
  reviveStreamError,
  type StreamError,
  StreamGoneError,
  streamErrorHeaders,
  streamErrorStatus,
} from "../../../src/shared/index.ts";
import { EVERY_ERROR, withoutClass } from "./support.ts";

const named = EVERY_ERROR.map((error): [string, StreamError] => [error._tag, error]);

/** An error made by another realm's `Error`, which is what crosses a remote call or an iframe. */
function inAnotherRealm(error: StreamError): unknown {
  return runInNewContext("Object.assign(new Error(message), fields)", { message: error.message, fields: { ...error } });
}

describe.each(named)("%s", (_, error) => {
  test("is recognised as an instance, from another realm, and without its class", () => {
    expect([error, inAnotherRealm(error), structuredClone(withoutClass(error))].every(isStreamError)).toBe(true);
  });

  test("keeps status and headers without its class", () => {
    const bare: unknown = inAnotherRealm(error);
    expect(isStreamError(bare) && [streamErrorStatus(bare), streamErrorHeaders(bare)]).toEqual([
      streamErrorStatus(error),
      streamErrorHeaders(error),
    ]);
  });

  test("is revived as an instance of its class with its facts", () => {
    const bare: unknown = inAnotherRealm(error);
    const revived = isStreamError(bare) ? reviveStreamError(bare) : undefined;
    expect(revived).toBeInstanceOf(error.constructor);
    expect({ ...revived, message: revived?.message }).toEqual({ ...error, message: error.message });
  });

  test("is its own revival when it is an instance already", () => {
    expect(reviveStreamError(error)).toBe(error);
  });
});

describe("isStreamError", () => {
  const fenced = withoutClass(new ProducerFencedError({ currentEpoch: 1, receivedEpoch: 0 }));
  const invalid = withoutClass(new InvalidMessageError({ issues: [] }));

  test.each([
    ["null", null],
    ["undefined", undefined],
    ["a string", "StreamGoneError"],
    ["a plain Error", new Error("x")],
    ["a foreign tag", { _tag: "OtherError", name: "OtherError", message: "x" }],
    ["a tag from Object.prototype", { _tag: "constructor", name: "constructor", message: "x" }],
    ["another name", { ...fenced, name: "Error" }],
    ["no message", { _tag: "StreamGoneError", name: "StreamGoneError" }],
    ["a missing fact", { ...fenced, currentEpoch: undefined }],
    ["a fact of another type", { ...fenced, currentEpoch: "1" }],
    ["issues without a path", { ...invalid, issues: [{ message: "no" }] }],
    ["issues whose path is no path", { ...invalid, issues: [{ message: "no", path: [0, Symbol.iterator] }] }],
  ])("does not hold for %s", (_, value) => {
    expect(isStreamError(value)).toBe(false);
  });

  test("holds for the errors of another copy of the package", async () => {
    vi.resetModules();
    const copy = await import("../../../src/shared/index.ts");
    const error = new copy.StreamGoneError();
    expect(error).not.toBeInstanceOf(StreamGoneError);
    expect(isStreamError(error)).toBe(true);
    expect(reviveStreamError(error)).toBeInstanceOf(StreamGoneError);
  });
});

describe("reviveStreamError", () => {
  test("keeps message, cause and stack", () => {
    const original = new StreamGoneError({ detail: "It was deleted", cause: "reason" });
    const bare: unknown = Object.assign(new Error(original.message, { cause: "reason" }), { ...original });
    const revived = isStreamError(bare) ? reviveStreamError(bare) : undefined;
    expect([revived?.message, revived?.cause, revived?.stack]).toEqual([
      "It was deleted",
      "reason",
      bare instanceof Error ? bare.stack : undefined,
    ]);
  });

  test("gives an error without a cause none", () => {
    const bare: unknown = withoutClass(new StreamGoneError());
    const revived = isStreamError(bare) ? reviveStreamError(bare) : undefined;
    expect("cause" in (revived ?? {})).toBe(false);
  });
});
