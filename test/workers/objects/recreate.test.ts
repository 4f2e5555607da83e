import { beforeEach, describe, expect, test } from "vitest";
import { SseReader } from "../../support/sse.ts";
import { Client, header, status } from "./client.ts";
import { probe } from "./probe.ts";

const client = new Client("PROBED");

beforeEach(() => probe.reset());

describe("deletion", () => {
  test("ends a waiting long-poll with 404", async () => {
    await client.put("poll");
    const answer = status(client.get("poll", "offset=now&live=long-poll"));
    await client.head("poll");
    await client.delete("poll");
    expect(await answer).toBe(404);
  });

  test("ends a waiting long-poll with 410 when forks read the stream", async () => {
    await client.put("forked");
    await client.fork("forked/fork", "forked");
    const answer = status(client.get("forked", "offset=now&live=long-poll"));
    await client.head("forked");
    await client.delete("forked");
    expect(await answer).toBe(410);
  });

  test("and creation at once end a long-poll that waited on the old stream with 404", async () => {
    await client.put("quick");
    const answer = status(client.get("quick", "offset=now&live=long-poll"));
    await client.head("quick");
    await Promise.all([client.delete("quick"), client.put("quick", { body: "new" })]);
    expect(await answer).toBe(404);
  });

  test("ends an SSE connection", async () => {
    await client.put("sse", { body: "old" });
    const reader = new SseReader(await client.get("sse", "offset=-1&live=sse"));
    await reader.take(2);
    await client.delete("sse");
    expect(await reader.rest()).toEqual([]);
  });

  test("ends an SSE connection when forks read the stream", async () => {
    await client.put("sse-forked", { body: "old" });
    await client.fork("sse-forked/fork", "sse-forked");
    const reader = new SseReader(await client.get("sse-forked", "offset=-1&live=sse"));
    await reader.take(2);
    await client.delete("sse-forked");
    expect(await reader.rest()).toEqual([]);
  });

  test("and creation at once send nothing of the new stream to an SSE reader of the old one", async () => {
    await client.put("sse-quick", { body: "old" });
    const reader = new SseReader(await client.get("sse-quick", "offset=-1&live=sse"));
    await reader.take(2);
    await Promise.all([client.delete("sse-quick"), client.put("sse-quick", { body: "old and new" })]);
    expect(await reader.rest()).toEqual([]);
  });

  test("breaks off a body that is being read, which never goes on with the bytes of the next stream", async () => {
    const headers = { "Content-Type": "application/octet-stream" };
    await client.put("body", { headers });
    for (let at = 0; at < 6; at++) await client.post("body", new Uint8Array(2_000_000), { headers });
    const response = await client.get("body");
    const reader = response.body?.getReader();
    await reader?.read();
    await client.delete("body");
    await client.put("body", { headers });
    for (let at = 0; at < 6; at++) await client.post("body", new Uint8Array(2_000_000).fill(1), { headers });
    const seen = new Set<number>();
    const rest = async () => {
      for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
        for (const byte of next.value) seen.add(byte);
      }
    };
    await expect(rest()).rejects.toThrow();
    expect([...seen]).toEqual([0]);
  });
});

describe("a stream created where another was deleted", () => {
  /** Deletes a stream of one body and creates one of another. */
  async function replace(path: string, before: string, after: string) {
    const old = await client.put(path, { body: before });
    const etag = (await header(client.get(path), "ETag")) ?? "";
    await client.delete(path);
    const fresh = await client.put(path, { body: after });
    return { old, fresh, etag };
  }

  test("has another identity", async () => {
    const { old, fresh } = await replace("identity", "same", "same");
    expect(fresh.headers.get("Stream-Id")).not.toBe(old.headers.get("Stream-Id"));
  });

  test("answers the ETag of the old one with 200, even over the same bytes", async () => {
    const { etag } = await replace("etag", "same", "same");
    expect(await status(client.get("etag", "", { headers: { "If-None-Match": etag } }))).toBe(200);
  });

  test("has none of the old bytes", async () => {
    await replace("bytes", "a long old text", "new");
    expect(await client.text("bytes")).toBe("new");
  });

  test("refuses an offset of the old one beyond its tail", async () => {
    const { old } = await replace("offset", "a long old text", "new");
    expect(await status(client.get("offset", `offset=${old.headers.get("Stream-Next-Offset")}`))).toBe(400);
  });

  test("knows nothing of the old one's producers", async () => {
    const headers = { "Producer-Id": "p", "Producer-Epoch": "5", "Producer-Seq": "0" };
    await client.put("producers");
    await client.post("producers", "old", { headers });
    await client.delete("producers");
    await client.put("producers");
    expect(await status(client.post("producers", "new", { headers: { ...headers, "Producer-Epoch": "0" } }))).toBe(200);
  });

  test("may be of another kind", async () => {
    await replace("kind", "text", "text");
    await client.delete("kind");
    await client.put("kind", { body: "[1]", headers: { "Content-Type": "application/json" } });
    expect(await client.text("kind")).toBe("[1]");
  });
});
