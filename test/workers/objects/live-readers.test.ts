import { beforeEach, describe, expect, test } from "vitest";
import { SseReader } from "../../support/sse.ts";
import { Client, status } from "./client.ts";
import { eventually } from "./eventually.ts";
import { probe } from "./probe.ts";

const client = new Client("PROBED");
const MB = 1_000_000;

beforeEach(() => probe.reset());

describe("a reader that stops reading", () => {
  test("SSE: has little read for it while 100 MB are appended, and gets all of it later", {
    timeout: 60_000,
  }, async () => {
    await client.put("slow");
    const response = await client.get("slow", "offset=-1&live=sse");
    const reader = new SseReader(response);
    await reader.next();
    probe.bytesRead = 0;
    const body = "x".repeat(MB);
    for (let at = 0; at < 100; at++) await client.post("slow", body);
    expect(probe.bytesRead).toBeLessThan(16 * MB);
    await client.close("slow");
    let received = 0;
    for (const event of await reader.rest()) received += event.type === "data" ? event.data.length : 0;
    expect(received).toBe(100 * MB);
  });

  test("catch-up: has little read for it", async () => {
    await client.put("slow-page");
    const body = "x".repeat(MB);
    for (let at = 0; at < 40; at++) await client.post("slow-page", body);
    const response = await client.get("slow-page");
    const reader = response.body?.getReader();
    await reader?.read();
    await status(client.post("slow-page", body));
    expect(probe.bytesRead).toBeLessThan(16 * MB);
    await reader?.cancel();
  });
});

describe("a reader that leaves", () => {
  test("SSE: leaves no timer behind", async () => {
    const leave = new AbortController();
    await client.put("leaves");
    const response = await client.get("leaves", "offset=-1&live=sse", { signal: leave.signal });
    await new SseReader(response).next();
    expect(probe.clock.pending).toBe(1);
    leave.abort();
    await eventually(() => probe.clock.pending).toBe(0);
  });

  test("long-poll: leaves no timer behind", async () => {
    const leave = new AbortController();
    await client.put("leaves-poll");
    const answer = client.get("leaves-poll", "offset=now&live=long-poll", { signal: leave.signal }).catch(() => {});
    await eventually(() => probe.clock.pending).toBe(1);
    leave.abort();
    await eventually(() => probe.clock.pending).toBe(0);
    await answer;
  });

  test("lets a sliding lifetime run out again", async () => {
    const leave = new AbortController();
    await client.put("leaves-ttl", { headers: { "Stream-TTL": "60" } });
    const response = await client.get("leaves-ttl", "offset=-1&live=sse", { signal: leave.signal });
    await new SseReader(response).next();
    expect(probe.clock.pending).toBe(2);
    leave.abort();
    await eventually(() => probe.clock.pending).toBe(0);
    probe.clock.aheadMs += 60_001;
    expect(await status(client.get("leaves-ttl"))).toBe(404);
  });
});

describe("a long-poll", () => {
  test("whose time is up answers 204 and leaves no timer behind", async () => {
    await client.put("idle");
    const answer = client.get("idle", "offset=now&live=long-poll");
    await eventually(() => probe.clock.pending).toBe(1);
    await client.inside("idle", () => probe.clock.advance(20_000));
    expect([await status(answer), probe.clock.pending]).toEqual([204, 0]);
  });

  test("among 100 is answered by one append", async () => {
    await client.put("many");
    const polls = Array.from({ length: 100 }, () => client.text("many", "offset=now&live=long-poll"));
    await eventually(() => probe.clock.pending).toBe(100);
    await client.post("many", "for all");
    expect(new Set(await Promise.all(polls))).toEqual(new Set(["for all"]));
    expect(probe.clock.pending).toBe(0);
  });
});

describe("SSE", () => {
  test("is rotated after a minute, on the object's own timer, with nothing left behind", async () => {
    await client.put("rotated", { body: "data" });
    const reader = new SseReader(await client.get("rotated", "offset=-1&live=sse"));
    await reader.take(2);
    const rest = reader.rest();
    await client.inside("rotated", () => probe.clock.advance(61_000));
    const kinds = new Set((await rest).map(({ type }) => type));
    expect([kinds.has("data"), kinds.has("control"), probe.clock.pending]).toEqual([false, true, 0]);
  });

  test("sends 100 readers what one append brought, and reads nothing for it", async () => {
    await client.put("fan-out");
    const readers: SseReader[] = [];
    for (let at = 0; at < 100; at++) {
      const reader = new SseReader(await client.get("fan-out", "offset=now&live=sse"));
      await reader.next();
      readers.push(reader);
    }
    const next = readers.map((reader) => reader.next());
    probe.bytesRead = 0;
    await client.post("fan-out", "for all");
    const data = (await Promise.all(next)).map((event) => event?.data);
    expect([new Set(data), probe.bytesRead]).toEqual([new Set(["for all"]), 0]);
    await client.delete("fan-out");
    await Promise.all(readers.map((reader) => reader.rest()));
    expect(probe.clock.pending).toBe(0);
  });
});
