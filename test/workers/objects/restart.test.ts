import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { Client, header, status } from "./client.ts";
import { probe } from "./probe.ts";

const client = new Client("PROBED");

const restarts: [name: string, restart: (path: string) => Promise<void>][] = [
  ["eviction", (path) => evictDurableObject(client.stub(path))],
  ["an abort of all objects", () => abortAllDurableObjects()],
  ["a crash", (path) => client.crash(path)],
  ["an alarm out of nowhere", (path) => runInDurableObject(client.stub(path), (object) => object.alarm())],
];

beforeEach(() => probe.reset());

const producer = (epoch: number, seq: number) => ({
  "Producer-Id": "writer",
  "Producer-Epoch": String(epoch),
  "Producer-Seq": String(seq),
});

describe.each(restarts)("after %s", (name, restart) => {
  /** A path of this test alone. */
  const named = (path: string) => `${path}/${encodeURIComponent(name)}`;

  test("the tail and the bytes are as before", async () => {
    const path = named("tail");
    await client.put(path, { body: "one " });
    const tail = await header(client.post(path, "two"), "Stream-Next-Offset");
    await restart(path);
    const page = await client.get(path);
    expect([await page.text(), page.headers.get("Stream-Next-Offset")]).toEqual(["one two", tail]);
  });

  test("the next append goes on where the last one ended", async () => {
    const path = named("go-on");
    await client.put(path, { body: "one " });
    await restart(path);
    await client.post(path, "two");
    expect(await client.text(path)).toBe("one two");
  });

  test("the stream is the same stream", async () => {
    const path = named("identity");
    const id = await header(client.put(path), "Stream-Id");
    await restart(path);
    expect(await header(client.head(path), "Stream-Id")).toBe(id);
  });

  test("a closed stream is closed", async () => {
    const path = named("closed");
    await client.put(path, { body: "all" });
    await client.close(path);
    await restart(path);
    expect(await header(client.head(path), "Stream-Closed")).toBe("true");
  });

  test("a closed stream takes no append", async () => {
    const path = named("closed-append");
    await client.put(path, { headers: { "Stream-Closed": "true" } });
    await restart(path);
    expect(await status(client.post(path, "more"))).toBe(409);
  });

  test("a producer's repeated request is a duplicate", async () => {
    const path = named("duplicate");
    await client.put(path);
    await client.post(path, "once", { headers: producer(0, 0) });
    await restart(path);
    expect(await status(client.post(path, "once", { headers: producer(0, 0) }))).toBe(204);
    expect(await client.text(path)).toBe("once");
  });

  test("a producer's next request is accepted", async () => {
    const path = named("next");
    await client.put(path);
    await client.post(path, "a", { headers: producer(0, 0) });
    await restart(path);
    expect(await status(client.post(path, "b", { headers: producer(0, 1) }))).toBe(200);
  });

  test("a fenced producer stays fenced", async () => {
    const path = named("fenced");
    await client.put(path);
    await client.post(path, "new", { headers: producer(3, 0) });
    await restart(path);
    const refused = await client.post(path, "old", { headers: producer(2, 0) });
    expect([refused.status, refused.headers.get("Producer-Epoch")]).toEqual([403, "3"]);
  });

  test("a Stream-Seq that is not greater is refused", async () => {
    const path = named("seq");
    await client.put(path);
    await client.post(path, "a", { headers: { "Stream-Seq": "5" } });
    await restart(path);
    expect(await status(client.post(path, "b", { headers: { "Stream-Seq": "5" } }))).toBe(409);
  });

  test("the configuration is what it was created with", async () => {
    const path = named("configuration");
    const headers = { "Stream-TTL": "3600", "Content-Type": "application/json" };
    await client.put(path, { headers });
    await restart(path);
    expect(await status(client.put(path, { headers }))).toBe(200);
  });

  test("a sliding lifetime runs out, a tenth late at most", async () => {
    const path = named("lifetime");
    await client.put(path, { headers: { "Stream-TTL": "600" } });
    await restart(path);
    probe.clock.aheadMs += 590_000;
    expect(await status(client.head(path))).toBe(200);
    probe.clock.aheadMs += 71_000;
    expect(await status(client.head(path))).toBe(404);
  });

  test("the alarm is still set", async () => {
    const path = named("alarm");
    await client.put(path, { headers: { "Stream-TTL": "3600" } });
    const before = await client.inside(path, ({ storage }) => storage.getAlarm());
    await restart(path);
    expect(await client.inside(path, ({ storage }) => storage.getAlarm())).toBe(before);
  });

  test("a fork reads what it inherited and what it wrote", async () => {
    const source = named("fork-source");
    const fork = named("fork");
    await client.put(source, { body: "inherited " });
    await client.fork(fork, source);
    await client.post(fork, "own");
    await restart(source);
    await restart(fork);
    expect(await client.text(fork)).toBe("inherited own");
  });

  test("a source knows its forks: deleted, it answers 410 and serves them", async () => {
    const source = named("soft-source");
    const fork = named("soft-fork");
    await client.put(source, { body: "kept" });
    await client.fork(fork, source);
    await restart(source);
    await client.delete(source);
    await restart(source);
    expect([await status(client.get(source)), await client.text(fork)]).toEqual([410, "kept"]);
  });

  test("a reader goes on from an offset it got before", async () => {
    const path = named("offset");
    const offset = await header(client.put(path, { body: "seen" }), "Stream-Next-Offset");
    await client.post(path, " unseen");
    await restart(path);
    expect(await client.text(path, `offset=${offset}`)).toBe(" unseen");
  });
});
