import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { SseReader } from "../../support/sse.ts";
import { Client, header, status } from "./client.ts";
import { eventually } from "./eventually.ts";
import { probe } from "./probe.ts";
import { fireAlarm, holdings, NOTHING } from "./storage.ts";

const client = new Client("PROBED");
const TTL_SECONDS = 1000;
/** A lifetime that runs out several times while a reader waits. */
const SHORT_MS = 4000;
const sliding = { headers: { "Stream-TTL": String(TTL_SECONDS) } };

/** Puts the clock forward by a part of the lifetime. */
const pass = (lifetimes: number) => {
  probe.clock.aheadMs += lifetimes * TTL_SECONDS * 1000;
};

beforeEach(() => probe.reset());

describe("the alarm", () => {
  test("is not set for a stream without an end of life", async () => {
    await client.put("endless");
    expect((await holdings(client, "endless")).alarm).toBeNull();
  });

  test("is set to the end of a sliding lifetime", async () => {
    const before = Date.now();
    await client.put("sliding", sliding);
    const { alarm } = await holdings(client, "sliding");
    expect(alarm).toBeGreaterThanOrEqual(before + TTL_SECONDS * 1000);
    expect(alarm).toBeLessThanOrEqual(Date.now() + TTL_SECONDS * 1000);
  });

  test("is set to an absolute end of life", async () => {
    const end = Math.ceil(Date.now() / 1000) * 1000 + 60_000;
    await client.put("absolute", { headers: { "Stream-Expires-At": new Date(end).toISOString() } });
    expect((await holdings(client, "absolute")).alarm).toBe(end);
  });

  test("of a life longer than the platform plans comes early", async () => {
    await client.put("centuries", { headers: { "Stream-Expires-At": "9999-01-01T00:00:00Z" } });
    expect((await holdings(client, "centuries")).alarm).toBeLessThan(Date.UTC(2189, 0, 1));
    await fireAlarm(client, "centuries");
    expect((await holdings(client, "centuries")).alarm).not.toBeNull();
  });

  test("fires by itself, and frees a stream whose life is over", async () => {
    await client.put("by-itself", sliding);
    pass(1);
    await client.inside("by-itself", ({ storage }) => storage.setAlarm(Date.now() + 1));
    await eventually(() => holdings(client, "by-itself")).toEqual(NOTHING);
  });
});

describe("a sliding lifetime", () => {
  test("ends with 404 when it runs out, even before the alarm", async () => {
    await client.put("over", sliding);
    pass(1);
    expect(await status(client.get("over"))).toBe(404);
  });

  test("leaves no table and no alarm after the alarm", async () => {
    await client.put("freed", { ...sliding, body: "data" });
    pass(1);
    await fireAlarm(client, "freed");
    expect(await holdings(client, "freed")).toEqual(NOTHING);
  });

  test("ends while the object is out of memory", async () => {
    await client.put("evicted", { ...sliding, body: "data" });
    await evictDurableObject(client.stub("evicted"));
    pass(1.1);
    await fireAlarm(client, "evicted");
    expect(await holdings(client, "evicted")).toEqual(NOTHING);
  });

  test("survives an alarm that comes early, which sets itself again", async () => {
    await client.put("early", sliding);
    pass(0.9);
    await fireAlarm(client, "early");
    expect(await status(client.head("early"))).toBe(200);
    expect((await holdings(client, "early")).alarm).not.toBeNull();
  });

  test("ends once when the alarm comes twice", async () => {
    await client.put("twice", sliding);
    pass(1);
    await runInDurableObject(client.stub("twice"), (object) => Promise.all([object.alarm(), object.alarm()]));
    expect(await holdings(client, "twice")).toEqual(NOTHING);
  });

  test("of a new stream is not cut by the alarm of the one before it", async () => {
    await client.put("again", sliding);
    pass(0.5);
    await client.delete("again");
    await client.put("again", sliding);
    pass(0.6);
    await runInDurableObject(client.stub("again"), (object) => object.alarm());
    expect(await status(client.head("again"))).toBe(200);
  });

  test.each([
    ["a read", () => client.get("slides")],
    ["an empty read at the tail", () => client.get("slides", "offset=now")],
    ["an append", () => client.post("slides", "more")],
    ["a close", () => client.close("slides")],
  ])("starts anew with %s", async (_name, use) => {
    await client.delete("slides");
    await client.put("slides", sliding);
    pass(0.9);
    await status(use());
    pass(0.9);
    await fireAlarm(client, "slides");
    expect(await status(client.head("slides"))).toBe(200);
  });

  test.each([
    ["HEAD", () => client.head("stays")],
    ["a repeated PUT", () => client.put("stays", sliding)],
    ["a refused append", () => client.post("stays", "{}", { headers: { "Content-Type": "application/json" } })],
  ])("goes on with %s", async (_name, use) => {
    await client.put("stays", sliding);
    pass(0.9);
    await status(use());
    pass(0.2);
    await fireAlarm(client, "stays");
    expect(await holdings(client, "stays")).toEqual(NOTHING);
  });

  test("is deferred by an attached SSE reader, and runs from when it leaves", async () => {
    await client.put("watched", { headers: { "Stream-TTL": String(SHORT_MS / 1000) } });
    const response = await client.get("watched", "offset=-1&live=sse");
    const reader = new SseReader(response);
    await reader.next();
    await client.inside("watched", () => probe.clock.advance(3 * SHORT_MS));
    await fireAlarm(client, "watched");
    expect(await status(client.head("watched"))).toBe(200);
    await client.close("watched");
    await reader.rest();
    probe.clock.aheadMs += SHORT_MS;
    await fireAlarm(client, "watched");
    expect(await holdings(client, "watched")).toEqual(NOTHING);
  });

  test("is deferred by a waiting long-poll", async () => {
    await client.put("polled", { headers: { "Stream-TTL": String(SHORT_MS / 1000) } });
    const answer = client.get("polled", "offset=now&live=long-poll");
    await client.head("polled");
    await client.inside("polled", () => probe.clock.advance(3 * SHORT_MS));
    await fireAlarm(client, "polled");
    await client.post("polled", "late");
    expect(await (await answer).text()).toBe("late");
  });

  test("loses no access to an eviction by more than a tenth", async () => {
    await client.put("stored", sliding);
    pass(0.5);
    await status(client.get("stored"));
    await evictDurableObject(client.stub("stored"));
    pass(0.9);
    expect(await status(client.head("stored"))).toBe(200);
  });
});

describe("a stream that forks read", () => {
  test("answers 410 when its life is over, and serves the forks", async () => {
    await client.put("forked", { ...sliding, body: "inherited" });
    await client.fork("forked/fork", "forked", { headers: { "Stream-TTL": "9999" } });
    pass(1);
    await fireAlarm(client, "forked");
    expect([await status(client.get("forked")), await client.text("forked/fork")]).toEqual([410, "inherited"]);
  });

  test("has no alarm left when its life is over", async () => {
    await client.put("quiet", { ...sliding, body: "inherited" });
    await client.fork("quiet/fork", "quiet", { headers: { "Stream-TTL": "9999" } });
    pass(1);
    await fireAlarm(client, "quiet");
    expect((await holdings(client, "quiet")).alarm).toBeNull();
  });

  test("blocks its path until the forks are gone", async () => {
    await client.put("blocked", { ...sliding, body: "inherited" });
    await client.fork("blocked/fork", "blocked", { headers: { "Stream-TTL": "9999" } });
    pass(1);
    expect(await status(client.put("blocked", sliding))).toBe(409);
  });

  test("is freed when the last fork is deleted", async () => {
    await client.put("last", { ...sliding, body: "inherited" });
    await client.fork("last/fork", "last", { headers: { "Stream-TTL": "9999" } });
    pass(1);
    await fireAlarm(client, "last");
    await client.delete("last/fork");
    expect(await holdings(client, "last")).toEqual(NOTHING);
  });

  test("is freed by its alarm when the forks went before its life was over", async () => {
    await client.put("outlives", { ...sliding, body: "inherited" });
    await client.fork("outlives/fork", "outlives", { headers: { "Stream-TTL": "9999" } });
    pass(1);
    await client.delete("outlives/fork");
    await fireAlarm(client, "outlives");
    expect(await holdings(client, "outlives")).toEqual(NOTHING);
  });

  test("gives a fork its lifetime, which runs by itself", async () => {
    await client.put("parent", { ...sliding, body: "inherited" });
    await client.fork("parent/fork", "parent");
    pass(0.9);
    await status(client.get("parent"));
    pass(0.2);
    await fireAlarm(client, "parent/fork");
    expect([await status(client.head("parent")), await holdings(client, "parent/fork")]).toEqual([200, NOTHING]);
  });

  test("is not kept alive by reads of its forks", async () => {
    await client.put("unread", { ...sliding, body: "inherited" });
    await client.fork("unread/fork", "unread", { headers: { "Stream-TTL": "9999" } });
    pass(0.9);
    await client.text("unread/fork");
    pass(0.2);
    expect(await status(client.head("unread"))).toBe(410);
  });

  test("expired, cannot be forked", async () => {
    await client.put("late", { ...sliding, body: "inherited" });
    await client.fork("late/fork", "late", { headers: { "Stream-TTL": "9999" } });
    pass(1);
    expect(await status(client.fork("late/second", "late"))).toBe(409);
  });
});

describe("storage", () => {
  test("is freed by a deletion at once", async () => {
    await client.put("deleted", { ...sliding, body: "data" });
    await client.delete("deleted");
    expect(await holdings(client, "deleted")).toEqual(NOTHING);
  });

  test("of a stream of more chunks than one step frees is freed by the alarm", async () => {
    await client.put("long");
    const chunk = new Uint8Array(17 * 1024);
    for (let at = 0; at < 520; at++) await client.post("long", chunk);
    await client.delete("long");
    await runInDurableObject(client.stub("long"), (object) => object.alarm());
    expect(await holdings(client, "long")).toEqual(NOTHING);
  });

  test.each([
    ["GET", () => client.get("missing")],
    ["HEAD", () => client.head("missing")],
    ["long-poll", () => client.get("missing", "offset=-1&live=long-poll")],
    ["SSE", () => client.get("missing", "offset=-1&live=sse")],
    ["POST", () => client.post("missing", "data")],
    ["DELETE", () => client.delete("missing")],
  ])("is not taken by %s of a stream that does not exist", async (_name, ask) => {
    expect(await status(ask())).toBe(404);
    expect(await holdings(client, "missing")).toEqual(NOTHING);
  });

  test("is not taken by a refused creation", async () => {
    const refused = client.put("refused", { body: "{", headers: { "Content-Type": "application/json" } });
    expect(await status(refused)).toBe(400);
    expect(await holdings(client, "refused")).toEqual(NOTHING);
  });

  test("is not taken again by the readers that a deletion ends", async () => {
    const tail = await header(client.put("readers"), "Stream-Next-Offset");
    const polls = Array.from({ length: 5 }, () => status(client.get("readers", `offset=${tail}&live=long-poll`)));
    const reader = new SseReader(await client.get("readers", `offset=${tail}&live=sse`));
    await reader.next();
    await client.delete("readers");
    expect([await Promise.all(polls), await reader.rest()]).toEqual([Array(5).fill(404), []]);
    expect(await holdings(client, "readers")).toEqual(NOTHING);
  });
});
