import { abortAllDurableObjects } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { SseReader } from "../../support/sse.ts";
import { Client, header, status } from "./client.ts";
import { probe } from "./probe.ts";

const client = new Client("PROBED");

beforeEach(() => probe.reset());

const JSON_TYPE = { "Content-Type": "application/json" };
const BYTES_TYPE = { "Content-Type": "application/octet-stream" };

/** A stream, a fork of it, a fork of that, and a fork of that, each with something of its own. */
async function family(root: string, pieces: readonly string[], headers = { "Content-Type": "text/plain" }) {
  const paths = pieces.map((_piece, generation) => `${root}/${generation}`);
  let parent: string | undefined;
  for (const [generation, path] of paths.entries()) {
    await (parent === undefined ? client.put(path, { headers }) : client.fork(path, parent));
    await client.post(path, pieces[generation] ?? "", { headers });
    parent = path;
  }
  return paths;
}

/** The end of a family's line. */
async function youngest(root: string, pieces: readonly string[], headers?: { "Content-Type": string }) {
  return (await family(root, pieces, headers)).at(-1) ?? "";
}

/** Reads page after page up to the tail: the bodies, and the offsets at which pages ended. */
async function pages(path: string): Promise<{ bodies: string[]; ends: string[] }> {
  const bodies: string[] = [];
  const ends: string[] = [];
  for (let offset = "-1"; ; ) {
    const response = await client.get(path, `offset=${offset}`);
    bodies.push(await response.text());
    offset = response.headers.get("Stream-Next-Offset") ?? "";
    ends.push(offset);
    if (response.headers.has("Stream-Up-To-Date")) return { bodies, ends };
  }
}

/** Bytes in which no two blocks are equal. */
function noise(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_byte, at) => (at * 31 + (at >> 8) * 17 + seed * 101) & 0xff);
}

async function sha256(bytes: BufferSource): Promise<string> {
  return String(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

describe("a fork of a fork of a fork", () => {
  test("reads as one text", async () => {
    expect(await client.text(await youngest("text", ["one ", "two ", "three ", "four"]))).toBe("one two three four");
  });

  test("reads as one JSON array", async () => {
    const path = await youngest("json", ["[1,[2]]", '{"a":3}', "12345678901234567890", '"last"'], JSON_TYPE);
    expect(await client.text(path)).toBe('[1,[2],{"a":3},12345678901234567890,"last"]');
  });

  test("reads bytes as they were written, with their length known", async () => {
    const pieces = [0, 1, 2].map((seed) => noise(700_000, seed));
    await client.put("bytes/0", { headers: BYTES_TYPE, body: pieces[0] ?? "" });
    await client.fork("bytes/1", "bytes/0", { body: pieces[1] ?? "", headers: BYTES_TYPE });
    await client.fork("bytes/2", "bytes/1", { body: pieces[2] ?? "", headers: BYTES_TYPE });
    const response = await client.get("bytes/2");
    const whole = await new Blob(pieces).arrayBuffer();
    expect(response.headers.get("Content-Length")).toBe("2100000");
    expect(await sha256(await response.arrayBuffer())).toBe(await sha256(whole));
  });

  test("asks each stream whose bytes it reads once, and no other", async () => {
    const path = await youngest("once", ["a", "b", "c", "d"]);
    const calls = await probe.callsDuring(() => client.text(path));
    expect(calls).toEqual(["once/0 segment", "once/1 segment", "once/2 segment", "once/3 GET"]);
  });

  test("asks only the streams of the range that is read", async () => {
    const path = await youngest("range", ["a", "b", "c", "d"]);
    const offset = await header(client.head("range/1"), "Stream-Next-Offset");
    const calls = await probe.callsDuring(() => client.text(path, `offset=${offset}`));
    expect(calls).toEqual(["range/2 segment", "range/3 GET"]);
  });

  test("skips an ancestor that wrote nothing", async () => {
    await client.put("skip/0", { body: "a" });
    await client.fork("skip/1", "skip/0");
    await client.fork("skip/2", "skip/1");
    const calls = await probe.callsDuring(() => client.text("skip/2"));
    expect(calls).toEqual(["skip/0 segment", "skip/2 GET"]);
  });

  test("asks nobody for HEAD or for what is its own", async () => {
    const path = await youngest("own", ["a", "b", "c"]);
    const tail = await header(client.head("own/1"), "Stream-Next-Offset");
    const calls = await probe.callsDuring(async () => {
      await client.head(path);
      await client.text(path, `offset=${tail}`);
      await client.post(path, "more");
    });
    expect(calls).toEqual(["own/2 GET", "own/2 HEAD", "own/2 POST"]);
  });

  test("has the offsets of its source in what it inherited", async () => {
    probe.limits = { maxReadBytes: 10 };
    const texts = ["[111,222,333,444]", "[555,666,777,888]", "[999,101]"];
    const [first = "", , last = ""] = await family("offsets", texts, JSON_TYPE);
    const inherited = (await pages(first)).ends;
    expect((await pages(last)).ends.slice(0, inherited.length - 1)).toEqual(inherited.slice(0, -1));
  });

  test("reads the same whole in pages that end anywhere", async () => {
    probe.limits = { maxReadBytes: 7 };
    const path = await youngest("pages", ["[1,22,333]", "[4444]", '["55555",6]', "[7]"], JSON_TYPE);
    const { bodies } = await pages(path);
    expect(bodies.length).toBeGreaterThan(4);
    expect(bodies.flatMap((body) => JSON.parse(body))).toEqual([1, 22, 333, 4444, "55555", 6, 7]);
  });

  test("reads the same text in pages that end anywhere", async () => {
    probe.limits = { maxReadBytes: 3 };
    const { bodies } = await pages(await youngest("text-pages", ["abcd", "efgh", "ijkl"]));
    expect(bodies).toEqual(["abc", "def", "ghi", "jkl"]);
  });

  test("follows over the boundaries by SSE", async () => {
    probe.limits = { sseBatchBytes: 3 };
    const path = await youngest("sse", ["abcd", "efgh"]);
    await client.close(path);
    const events = await new SseReader(await client.get(path, "offset=-1&live=sse")).rest();
    const data = events.filter(({ type }) => type === "data").map((event) => event.data);
    expect([data.length > 2, data.join("")]).toEqual([true, "abcdefgh"]);
  });

  test("answers a long-poll from an inherited offset at once", async () => {
    const path = await youngest("poll", ["abcd", "efgh"]);
    const response = await client.get(path, "offset=0000000000000000_0000000000000002&live=long-poll");
    expect(await response.text()).toBe("cdefgh");
  });

  test("answers a catch-up read with 304 when the client holds the page", async () => {
    const path = await youngest("held", ["abcd", "efgh"]);
    const etag = (await header(client.get(path), "ETag")) ?? "";
    expect(await status(client.get(path, "", { headers: { "If-None-Match": etag } }))).toBe(304);
  });
});

describe("a fork", () => {
  test("does not see what its source appends later", async () => {
    await client.put("later", { body: "before" });
    await client.fork("later/fork", "later");
    await client.post("later", " after");
    expect(await client.text("later/fork")).toBe("before");
  });

  test("is not seen by its source", async () => {
    await client.put("upward", { body: "before" });
    await client.fork("upward/fork", "upward", { body: " own", headers: { "Content-Type": "text/plain" } });
    expect(await client.text("upward")).toBe("before");
  });

  test("waits at its own tail while its source goes on", async () => {
    await client.put("waits", { body: "a" });
    await client.fork("waits/fork", "waits");
    const answer = client.get("waits/fork", "offset=now&live=long-poll");
    await client.head("waits/fork");
    await client.post("waits", "source");
    await client.post("waits/fork", "fork");
    expect(await (await answer).text()).toBe("fork");
  });

  test("of a closed stream is open", async () => {
    await client.put("closed", { body: "all", headers: { "Stream-Closed": "true" } });
    const created = await client.fork("closed/fork", "closed");
    expect([created.status, created.headers.has("Stream-Closed")]).toEqual([201, false]);
    expect(await status(client.post("closed/fork", " and more"))).toBe(204);
    expect(await client.text("closed/fork")).toBe("all and more");
  });

  test("knows nothing of its source's producers and Stream-Seq", async () => {
    const headers = { "Producer-Id": "p", "Producer-Epoch": "7", "Producer-Seq": "0", "Stream-Seq": "9" };
    await client.put("writers");
    await client.post("writers", "a", { headers });
    await client.fork("writers/fork", "writers");
    const fresh = { ...headers, "Producer-Epoch": "0", "Stream-Seq": "1" };
    expect(await status(client.post("writers/fork", "b", { headers: fresh }))).toBe(200);
  });

  test("from an offset inherits what came before it", async () => {
    const offset = (await header(client.put("cut", { body: "kept" }), "Stream-Next-Offset")) ?? "";
    await client.post("cut", " dropped");
    await client.fork("cut/fork", "cut", { headers: { "Stream-Fork-Offset": offset } });
    expect(await client.text("cut/fork")).toBe("kept");
  });

  test("from the start inherits nothing", async () => {
    await client.put("empty", { body: "data" });
    await client.fork("empty/fork", "empty", { headers: { "Stream-Fork-Offset": "-1" } });
    expect(await client.text("empty/fork")).toBe("");
  });

  test("from an offset that its source inherited reads the stream that holds it", async () => {
    const [, , last = ""] = await family("deep", ["abcd", "efgh", "ijkl"]);
    const headers = { "Stream-Fork-Offset": "0000000000000000_0000000000000002" };
    await client.fork("deep/fork", last, { headers });
    const calls = await probe.callsDuring(async () => expect(await client.text("deep/fork")).toBe("ab"));
    expect(calls).toEqual(["deep/0 segment", "deep/fork GET"]);
  });

  test("takes a sub-offset in bytes, over chunks, up to the tail", async () => {
    await client.put("sub", { headers: BYTES_TYPE, body: noise(20_000, 1) });
    await client.post("sub", noise(20_000, 2), { headers: BYTES_TYPE });
    for (const [count, expected] of [
      ["19999", 201],
      ["20001", 201],
      ["40000", 201],
      ["40001", 400],
    ] as const) {
      const headers = { "Stream-Fork-Offset": "-1", "Stream-Fork-Sub-Offset": count };
      expect(await status(client.fork(`sub/${count}`, "sub", { headers }))).toBe(expected);
    }
    const whole = await new Blob([noise(20_000, 1), noise(20_000, 2)]).arrayBuffer();
    const inherited = await (await client.get("sub/20001")).arrayBuffer();
    expect(await sha256(inherited)).toBe(await sha256(whole.slice(0, 20_001)));
  });

  test("takes a sub-offset in messages, over chunks, up to the tail", async () => {
    const long = JSON.stringify("x".repeat(20_000));
    await client.put("messages", { headers: JSON_TYPE, body: `[1,${long},2]` });
    await client.post("messages", `[3,${long},4]`, { headers: JSON_TYPE });
    const fork = (count: string) =>
      client.fork(`messages/${count}`, "messages", {
        headers: { "Stream-Fork-Offset": "-1", "Stream-Fork-Sub-Offset": count },
      });
    const answers = await Promise.all(["0", "4", "6", "7"].map((count) => status(fork(count))));
    expect(answers).toEqual([201, 201, 201, 400]);
    expect(await client.text("messages/4")).toBe(`[1,${long},2,3]`);
    expect(await client.text("messages/6")).toBe(await client.text("messages"));
  });

  test("whose source breaks off in the middle of a read breaks off too, and never ends short", async () => {
    await client.put("broken", { headers: BYTES_TYPE });
    for (let at = 0; at < 6; at++) await client.post("broken", noise(2_000_000, at), { headers: BYTES_TYPE });
    await client.fork("broken/fork", "broken");
    const response = await client.get("broken/fork");
    const reader = response.body?.getReader();
    await reader?.read();
    await client.crash("broken");
    const rest = async () => {
      for (let next = await reader?.read(); next !== undefined && !next.done; ) next = await reader?.read();
    };
    await expect(rest()).rejects.toThrow();
  });

  test("reads on when its source is restarted between two reads", async () => {
    await client.put("restarted", { body: "a" });
    await client.fork("restarted/fork", "restarted");
    await abortAllDurableObjects();
    expect(await client.text("restarted/fork")).toBe("a");
  });
});
