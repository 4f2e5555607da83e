import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { SseReader } from "../../support/sse.ts";
import type { Cost } from "../row-meter.ts";
import { Client, status } from "./client.ts";

const client = new Client("METERED");

/** What a request through the Worker costs the object of a path. */
function cost(path: string, request: () => Promise<unknown>): Promise<Cost> {
  return runInDurableObject(env.METERED.getByName(path), (object) => object.meter.cost(request));
}

const producer = (seq: number) => ({ "Producer-Id": "p", "Producer-Epoch": "0", "Producer-Seq": String(seq) });

describe("an append writes 1 row and sets no alarm", () => {
  test.each([
    ["on an endless stream", {}, {}],
    ["on a stream with a sliding lifetime", { "Stream-TTL": "3600" }, {}],
    ["on a stream with an end of life", { "Stream-Expires-At": "2999-01-01T00:00:00Z" }, {}],
    ["with Stream-Seq", {}, { "Stream-Seq": "2" }],
    ["with both", { "Stream-TTL": "3600" }, { "Stream-Seq": "2" }],
  ])("%s", async (name, created, sent) => {
    const path = encodeURIComponent(`append ${name}`);
    await client.put(path, { headers: created });
    await client.post(path, "first");
    const { written, alarms } = await cost(decodeURIComponent(path), () =>
      status(client.post(path, "x", { headers: sent })),
    );
    expect([written, alarms]).toEqual([1, 0]);
  });

  test("to a fork, which asks no other object", async () => {
    await client.put("source", { body: "inherited" });
    await client.fork("fork", "source");
    await client.post("fork", "first");
    expect((await cost("fork", () => status(client.post("fork", "x")))).written).toBe(1);
    expect((await cost("source", () => status(client.post("fork", "x")))).read).toBe(0);
  });
});

describe("a producer", () => {
  test("costs 2 rows an append", async () => {
    await client.put("producer");
    await client.post("producer", "a", { headers: producer(0) });
    expect((await cost("producer", () => status(client.post("producer", "b", { headers: producer(1) })))).written).toBe(
      2,
    );
  });

  test("costs nothing for a duplicate", async () => {
    await client.put("duplicate");
    await client.post("duplicate", "a", { headers: producer(0) });
    const repeated = await cost("duplicate", () => status(client.post("duplicate", "a", { headers: producer(0) })));
    expect(repeated.written).toBe(0);
  });
});

describe("nothing is written by", () => {
  const reads: [name: string, read: (path: string) => Promise<unknown>][] = [
    ["GET", (path) => client.text(path)],
    ["HEAD", (path) => status(client.head(path))],
    ["a conditional GET", (path) => status(client.get(path, "", { headers: { "If-None-Match": "*" } }))],
    ["a long-poll with data", (path) => client.text(path, "offset=-1&live=long-poll")],
    ["a long-poll without", (path) => status(client.get(path, "offset=now&live=long-poll"))],
    [
      "SSE",
      async (path) => {
        const reader = new SseReader(await client.get(path, "offset=-1&live=sse"));
        await reader.take(2);
      },
    ],
    ["a repeated PUT", (path) => status(client.put(path))],
    [
      "a refused append",
      (path) => status(client.post(path, "{}", { headers: { "Content-Type": "application/json" } })),
    ],
    ["a read of a stream that does not exist", (path) => status(client.get(`${path}/absent`))],
  ];

  test.each(reads)("%s", async (name, read) => {
    const path = `read/${name.replaceAll(" ", "-")}`;
    await client.put(path);
    await client.post(path, "data");
    const { written, alarms } = await cost(path, () => read(path));
    expect([written, alarms]).toEqual([0, 0]);
    await client.delete(path);
  });

  test("a fork's read, in the source", async () => {
    await client.put("served", { body: "inherited" });
    await client.fork("served/fork", "served");
    expect((await cost("served", () => client.text("served/fork"))).written).toBe(0);
  });

  test("a request for a stream that never was", async () => {
    expect((await cost("never", () => status(client.get("never")))).written).toBe(0);
  });
});
