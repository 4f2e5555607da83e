import { beforeEach, describe, expect, test } from "vitest";
import { Client, status } from "./client.ts";
import { eventually } from "./eventually.ts";
import { probe } from "./probe.ts";
import { holdings, NOTHING, planned, registrations } from "./storage.ts";

const client = new Client("PROBED");
const JSON_TYPE = { "Content-Type": "application/json" };

beforeEach(() => probe.reset());

describe("a refused fork", () => {
  test.each([
    ["of a stream that does not exist", 404, {}, "nowhere"],
    ["from beyond the tail", 400, { "Stream-Fork-Offset": "0000000000000009_0000000000000009" }, "source"],
    ["from no offset at all", 400, { "Stream-Fork-Offset": "tail" }, "source"],
    ["with a sub-offset beyond the tail", 400, { "Stream-Fork-Offset": "-1", "Stream-Fork-Sub-Offset": "5" }, "source"],
    ["with a negative sub-offset", 400, { "Stream-Fork-Offset": "-1", "Stream-Fork-Sub-Offset": "-1" }, "source"],
    ["of another content type", 409, JSON_TYPE, "source"],
    ["of itself", 404, {}, "fork"],
  ])("%s leaves no registration, no intent and no storage", async (_name, expected, headers, source) => {
    await client.put("source", { body: "data" });
    expect(await status(client.fork("fork", source, { headers }))).toBe(expected);
    expect(await holdings(client, "fork")).toEqual(NOTHING);
    expect([await registrations(client, "source"), await planned(client, "source")]).toEqual([0, 0]);
  });

  test("of a stream that does not exist takes no storage there", async () => {
    await client.fork("void/fork", "void");
    expect(await holdings(client, "void")).toEqual(NOTHING);
  });

  test("is told what the source's object knows", async () => {
    await client.put("facts", { body: "data" });
    const answer = await client.fork("facts/fork", "facts", { headers: JSON_TYPE });
    expect(await answer.json()).toMatchObject({
      code: "ContentTypeMismatchError",
      detail: expect.stringContaining("text/plain"),
    });
  });

  test("whose body is not valid leaves no registration and no storage", async () => {
    await client.put("typed", { headers: JSON_TYPE });
    expect(await status(client.fork("typed/fork", "typed", { body: "{", headers: JSON_TYPE }))).toBe(400);
    expect(await registrations(client, "typed")).toBe(0);
    expect(await holdings(client, "typed/fork")).toEqual(NOTHING);
  });

  test("on a path in use leaves the stream there alone", async () => {
    await client.put("used/source");
    await client.put("used", { body: "kept" });
    const calls = await probe.callsDuring(async () => {
      expect(await status(client.fork("used", "used/source"))).toBe(409);
    });
    expect([calls, await client.text("used")]).toEqual([["used PUT"], "kept"]);
  });

  test("of a deleted stream answers 409 and leaves no registration", async () => {
    await client.put("gone", { body: "data" });
    await client.fork("gone/first", "gone");
    await client.delete("gone");
    expect(await status(client.fork("gone/second", "gone"))).toBe(409);
    expect(await registrations(client, "gone")).toBe(1);
  });
});

describe("a fork that exists", () => {
  test("is registered once and has no intent left", async () => {
    await client.put("settled", { body: "data" });
    await client.fork("settled/fork", "settled");
    expect([await registrations(client, "settled"), await planned(client, "settled/fork")]).toEqual([1, 0]);
  });

  test("is registered with every stream it reads and with the one it names", async () => {
    await client.put("line/0", { body: "a" });
    await client.fork("line/1", "line/0");
    await client.fork("line/2", "line/1");
    const counts = [await registrations(client, "line/0"), await registrations(client, "line/1")];
    expect(counts).toEqual([2, 1]);
  });

  test.each([
    ["grew", () => client.post("repeat", " more")],
    ["was deleted", () => client.delete("repeat")],
    ["was closed", () => client.close("repeat")],
  ])("confirms a repeated PUT alone after its source %s", async (_name, change) => {
    await client.put("repeat", { body: "data" });
    await client.fork("repeat/fork", "repeat");
    await change();
    const calls = await probe.callsDuring(async () => {
      expect(await status(client.fork("repeat/fork", "repeat"))).toBe(200);
    });
    expect(calls).toEqual(["repeat/fork PUT"]);
    await client.delete("repeat/fork");
    await client.delete("repeat");
  });

  test.each<[string, Record<string, string>]>([
    ["an offset it was not given", { "Stream-Fork-Offset": "0000000000000000_0000000000000004" }],
    ["another source", { "Stream-Forked-From": "/v1/stream/other" }],
    ["a lifetime", { "Stream-TTL": "60" }],
    ["another content type", JSON_TYPE],
    ["the wish to be closed", { "Stream-Closed": "true" }],
  ])("refuses a repeated PUT with %s, alone", async (_name, headers) => {
    await client.put("differs", { body: "data" });
    await client.fork("differs/fork", "differs");
    const calls = await probe.callsDuring(async () => {
      expect(await status(client.fork("differs/fork", "differs", { headers }))).toBe(409);
    });
    expect(calls).toEqual(["differs/fork PUT"]);
  });

  test("confirms the spelling of its source that names the same stream", async () => {
    await client.put("spelled/source");
    await client.fork("spelled", "spelled/source");
    const headers = { "Stream-Forked-From": "https://streams.test/v1/stream/x/../spelled/%73ource" };
    expect(await status(client.fork("spelled", "", { headers }))).toBe(200);
  });

  test("is one stream when two requests create it at once, and is registered once", async () => {
    await client.put("race", { body: "data" });
    const second = Promise.withResolvers<void>();
    probe.disturb("race acquireFork", async (proceed) => {
      await proceed();
      await second.promise;
    });
    const answers = Promise.all([client.fork("race/fork", "race"), client.fork("race/fork", "race")].map(status));
    await eventually(() => probe.calls.filter((call) => call === "race acquireFork").length).toBe(2);
    second.resolve();
    expect((await answers).sort()).toEqual([200, 201]);
    expect([await registrations(client, "race"), await planned(client, "race/fork")]).toEqual([1, 0]);
  });
});

describe("deletion", () => {
  /** Three generations; the first two deleted by `order`, then the last. */
  async function generations(root: string) {
    await client.put(`${root}/0`, { body: "a" });
    await client.fork(`${root}/1`, `${root}/0`, { body: "b", headers: { "Content-Type": "text/plain" } });
    await client.fork(`${root}/2`, `${root}/1`, { body: "c", headers: { "Content-Type": "text/plain" } });
  }

  test.each([
    ["source, middle, last", [0, 1, 2]],
    ["source, last, middle", [0, 2, 1]],
    ["middle, source, last", [1, 0, 2]],
    ["middle, last, source", [1, 2, 0]],
    ["last, middle, source", [2, 1, 0]],
    ["last, source, middle", [2, 0, 1]],
  ])("in the order %s frees all storage", async (name, order) => {
    const root = `order/${encodeURIComponent(name)}`;
    await generations(root);
    for (const generation of order) expect(await status(client.delete(`${root}/${generation}`))).toBe(204);
    expect(await Promise.all([0, 1, 2].map((at) => holdings(client, `${root}/${at}`)))).toEqual([
      NOTHING,
      NOTHING,
      NOTHING,
    ]);
  });

  test("of all ancestors leaves the youngest whole", async () => {
    await generations("orphan");
    await client.delete("orphan/0");
    await client.delete("orphan/1");
    const answers = [await status(client.get("orphan/0")), await status(client.get("orphan/1"))];
    expect([answers, await client.text("orphan/2")]).toEqual([[410, 410], "abc"]);
  });

  test("of the middle keeps it for the youngest, and only as long", async () => {
    await generations("middle");
    await client.delete("middle/1");
    expect(await client.text("middle/2")).toBe("abc");
    await client.delete("middle/2");
    expect([await status(client.get("middle/1")), await client.text("middle/0")]).toEqual([404, "a"]);
  });

  test.each([
    ["GET", () => client.get("soft")],
    ["HEAD", () => client.head("soft")],
    ["POST", () => client.post("soft", "x")],
    ["DELETE", () => client.delete("soft")],
    ["long-poll", () => client.get("soft", "offset=-1&live=long-poll")],
    ["SSE", () => client.get("soft", "offset=-1&live=sse")],
  ])("of a stream that forks read makes %s answer 410", async (_name, ask) => {
    await client.put("soft");
    await client.fork("soft/fork", "soft");
    await status(client.delete("soft"));
    expect(await status(ask())).toBe(410);
  });

  test("of a stream that forks read blocks its path until the last fork went", async () => {
    await client.put("path");
    await client.fork("path/fork", "path");
    await client.delete("path");
    const blocked = await status(client.put("path"));
    await client.delete("path/fork");
    expect([blocked, await status(client.put("path"))]).toEqual([409, 201]);
  });

  test("of one of two forks keeps the source for the other", async () => {
    await client.put("two", { body: "data" });
    await client.fork("two/a", "two");
    await client.fork("two/b", "two");
    await client.delete("two");
    await client.delete("two/a");
    expect([await status(client.get("two")), await client.text("two/b")]).toEqual([410, "data"]);
  });

  test("of a fork frees a long source by the source's own alarm", async () => {
    const chunk = new Uint8Array(17 * 1024);
    await client.put("heavy");
    for (let at = 0; at < 520; at++) await client.post("heavy", chunk);
    await client.fork("heavy/fork", "heavy");
    await client.delete("heavy");
    await client.delete("heavy/fork");
    await eventually(() => holdings(client, "heavy")).toEqual(NOTHING);
  });
});
