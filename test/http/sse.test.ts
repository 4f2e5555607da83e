import { describe, expect, test, vi } from "vitest";
import type { StreamStore } from "../../src/server/storage/contract/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { settled } from "../support/fake-clock.ts";
import { offsetOf, server } from "./server.ts";
import { batch, control, follow, type Server, withStream } from "./sse-support.ts";

const HEARTBEAT = { type: "comment", data: "" };

describe("the answer", () => {
  test("is an event stream that no cache keeps, with the stream's identity", async () => {
    const made = await withStream("text/plain", "abc");
    const { headers, status } = await made.call("GET", "a?offset=-1&live=sse");
    expect([status, headers.get("Content-Type"), headers.get("Cache-Control")]).toEqual([
      200,
      "text/event-stream",
      "no-cache",
    ]);
    expect(headers.get("Stream-Id")).toBe((await made.call("HEAD", "a")).headers.get("Stream-Id"));
    expect(headers.get("Content-Length")).toBeNull();
    expect(headers.get("ETag")).toBeNull();
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  });

  test.each([
    ["text/plain", null],
    ["text/html; charset=utf-8", null],
    ["application/json", null],
    ["application/octet-stream", "base64"],
    ["application/x-ndjson", "base64"],
    ["image/png", "base64"],
  ])("names the data encoding of %s: %s", async (contentType, encoding) => {
    const made = await withStream(contentType);
    const { headers } = await made.call("GET", "a?offset=-1&live=sse");
    expect(headers.get("Stream-SSE-Data-Encoding")).toBe(encoding);
  });

  test.each([
    ["a stream that does not exist", "missing", 404],
    ["an offset beyond the tail", "a?offset=0000000000000000_0000000000000009", 400],
  ])("for %s is that status, not an event", async (_, path, status) => {
    const made = await withStream("text/plain", "abc");
    const response = await made.call("GET", `${path}${path.includes("?") ? "&" : "?offset=-1&"}live=sse`);
    expect(response.status).toBe(status);
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });
});

describe("events", () => {
  test("what is there comes first, with where it ends", async () => {
    const made = await withStream("text/plain", "abc");
    const { data, control } = await batch(await follow(made));
    expect(data).toBe("abc");
    expect(control).toEqual({
      streamNextOffset: "0000000000000000_0000000000000003",
      streamCursor: expect.stringMatching(/^\d+$/),
      upToDate: true,
    });
  });

  test.each(["offset=-1", "offset=now"])(
    "an empty stream is told of at once with a control event (%s)",
    async (query) => {
      const made = await withStream();
      expect(await control(await follow(made, query))).toMatchObject({
        streamNextOffset: "0000000000000000_0000000000000000",
        upToDate: true,
      });
    },
  );

  test("offset=now starts at the tail", async () => {
    const made = await withStream("text/plain", "old");
    const tail = offsetOf(await made.call("HEAD", "a"));
    const reader = await follow(made, "offset=now");
    expect(await control(reader)).toMatchObject({ streamNextOffset: tail, upToDate: true });
    await made.append("a", "text/plain", "new");
    expect((await batch(reader)).data).toBe("new");
  });

  test("appends follow as they come, each with a control event", async () => {
    const made = await withStream("application/json");
    const reader = await follow(made);
    await control(reader);
    const values: unknown[] = [];
    const offsets: unknown[] = [];
    for (let n = 0; n < 5; n++) {
      await made.append("a", "application/json", `{"n":${n}}`);
      const { data, control } = await batch(reader);
      values.push(...JSON.parse(data));
      offsets.push(control.streamNextOffset);
    }
    expect(values).toEqual([0, 1, 2, 3, 4].map((n) => ({ n })));
    expect(offsets).toEqual([...offsets].sort());
  });

  test("a backlog over the batch size comes in several events, and only the last is up to date", async () => {
    const made = await withStream("application/json", `[${Array.from({ length: 50 }, (_, n) => n + 100)}]`, {
      sseBatchBytes: 40,
    });
    const reader = await follow(made);
    const batches = [];
    do batches.push(await batch(reader));
    while (batches.at(-1)?.control.upToDate !== true);
    expect(batches.length).toBeGreaterThan(3);
    expect(batches.flatMap(({ data }): unknown[] => JSON.parse(data))).toEqual(
      Array.from({ length: 50 }, (_, n) => n + 100),
    );
    expect(batches.slice(0, -1).every(({ control }) => !("upToDate" in control))).toBe(true);
  });

  test("bytes that are no text come in base64", async () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
    const made = await withStream("application/octet-stream", bytes);
    const { data } = await batch(await follow(made));
    expect(Buffer.from(data, "base64").equals(bytes)).toBe(true);
  });

  test("bytes that look like half a code point are not held back from a stream that is no text", async () => {
    const made = await withStream("application/octet-stream", Uint8Array.of(1, 0xc3));
    const reader = await follow(made);
    expect(Buffer.from((await batch(reader)).data, "base64")).toEqual(Buffer.of(1, 0xc3));
    await made.append("a", "application/octet-stream", Uint8Array.of(0xf0, 0x9f));
    expect(Buffer.from((await batch(reader)).data, "base64")).toEqual(Buffer.of(0xf0, 0x9f));
  });

  test("a character split between two appends arrives whole", async () => {
    const made = await withStream();
    const reader = await follow(made);
    await control(reader);
    const face = new TextEncoder().encode("x😀y");
    const texts: string[] = [];
    await made.append("a", "text/plain", face.slice(0, 3));
    texts.push((await batch(reader)).data);
    await made.append("a", "text/plain", face.slice(3));
    texts.push((await batch(reader)).data);
    expect(texts).toEqual(["x", "😀y"]);
  });

  test.each([1, 2, 3])("a character longer than a batch of %i bytes comes whole", async (sseBatchBytes) => {
    const made = await withStream("text/plain", "x😀€y", { sseBatchBytes });
    await made.call("POST", "a", { headers: { "Stream-Closed": "true" } });
    const events = await (await follow(made)).rest();
    expect(events.map(({ data, type }) => (type === "data" ? data : "")).join("")).toBe("x😀€y");
  });

  test.each([
    [" leading space", " leading space"],
    ["  two\n one", "  two\n one"],
    ["\ta tab", "\ta tab"],
    ["line\nline\n", "line\nline\n"],
    ["\n", "\n"],
    ["mixed\r\nends\rhere", "mixed\nends\nhere"],
  ])("text %j arrives as %j", async (sent, received) => {
    const made = await withStream("text/plain", sent);
    expect((await batch(await follow(made))).data).toBe(received);
  });

  test.each([
    'safe\r\n\r\nevent: control\r\ndata: {"streamNextOffset":"forged"}\r\n\r\nsafe',
    "safe\n\nevent: data\ndata: forged\n\nsafe",
    'safe\r\revent: control\rdata: {"streamClosed":true}\r\rsafe',
    "\nid: 1\nretry: 0\n: comment\n",
  ])("payload %j forges nothing", async (payload) => {
    const made = await withStream("text/plain", payload);
    await made.call("POST", "a", { headers: { "Stream-Closed": "true" } });
    const events = await (await follow(made)).rest();
    expect(events.map(({ type }) => type)).toEqual(["data", "control"]);
    expect(events[0]?.data).toBe(payload.replace(/\r\n?/g, "\n"));
  });

  test("JSON with line ends between its tokens stays JSON", async () => {
    const made = await withStream("application/json", '{"a":\r\n1,\r"b":\n[\n]}');
    const { data } = await batch(await follow(made));
    expect(JSON.parse(data)).toEqual([{ a: 1, b: [] }]);
  });
});

describe("a large message that is all line ends", () => {
  const message = `[${"\n".repeat(2_000_000)}1]`;
  const total = message.length * 6;

  test("arrives as it was sent, with its control event", async () => {
    const made = await withStream("application/json", `[${message}]`);
    const { control, data } = await batch(await follow(made));
    expect([data === `[${message}]`, control.upToDate]).toEqual([true, true]);
  });

  test("is written as the client takes it", async () => {
    const made = await withStream("application/json", `[${message}]`);
    const reader = (await made.call("GET", "a?offset=-1&live=sse")).body?.getReader();
    const sizes: number[] = [];
    for (let count = 0; count < 5; count++) sizes.push((await reader?.read())?.value?.length ?? 0);
    expect(Math.max(...sizes)).toBeLessThan(total / 10);
    await reader?.cancel();
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });

  test("is not cut off by rotation while the client takes it, and the connection ends behind it", async () => {
    const made = await withStream("application/json", `[${message}]`);
    const reader = await follow(made);
    await made.clock.advance(59_000);
    const first = reader.next();
    await made.clock.advance(5000);
    expect([(await first)?.type, (await reader.rest()).map(({ type }) => type)]).toEqual(["data", ["control"]]);
  });

  test("is given up when the client takes nothing of it for a whole connection's life", async () => {
    const made = await withStream("application/json", `[${message}]`);
    const reader = (await made.call("GET", "a?offset=-1&live=sse")).body?.getReader();
    await reader?.read();
    await made.clock.advance(70_000);
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });
});

describe("the end of a stream", () => {
  test("at the end of a closed stream one control event says so, without a cursor, and the connection ends", async () => {
    const made = server();
    const created = await made.create("a", "text/plain", "abc", { "Stream-Closed": "true" });
    const events = await (await follow(made, `offset=${offsetOf(created)}`)).rest();
    expect(events.map(({ data, type }) => [type, JSON.parse(data)])).toEqual([
      ["control", { streamNextOffset: offsetOf(created), upToDate: true, streamClosed: true }],
    ]);
  });

  test("offset=now of a closed stream gets the same", async () => {
    const made = server();
    await made.create("a", "text/plain", "abc", { "Stream-Closed": "true" });
    const events = await (await follow(made, "offset=now")).rest();
    expect(events.map(({ data }) => JSON.parse(data).streamClosed)).toEqual([true]);
  });

  test.each([
    ["now", true, "true", "true", "0000000000000000_0000000000000003"],
    ["now", false, null, null, null],
    ["-1", true, null, null, null],
  ])(
    "offset=%s of a stream that is closed (%s) has Stream-Closed %j in its headers",
    async (offset, closed, ...told) => {
      const made = server();
      await made.create("a", "text/plain", "abc", { "Stream-Closed": String(closed) });
      const { headers, body } = await made.call("GET", `a?offset=${offset}&live=sse`);
      await body?.cancel();
      const names = ["Stream-Closed", "Stream-Up-To-Date", "Stream-Next-Offset"];
      expect(names.map((name) => headers.get(name))).toEqual(told);
    },
  );

  test("bytes that come with the close come before its control event", async () => {
    const made = await withStream();
    const reader = await follow(made);
    await control(reader);
    await made.append("a", "text/plain", "end", { "Stream-Closed": "true" });
    const last = await batch(reader);
    expect([last.data, last.control.streamClosed]).toEqual(["end", true]);
    expect(await reader.next()).toBeUndefined();
  });

  test("a mere close ends the connection", async () => {
    const made = await withStream();
    const reader = await follow(made);
    await control(reader);
    await made.call("POST", "a", { headers: { "Stream-Closed": "true" } });
    expect((await control(reader)).streamClosed).toBe(true);
    expect(await reader.next()).toBeUndefined();
  });

  test("a page before the end of a closed stream does not say that it is closed", async () => {
    const made = server({ sseBatchBytes: 2 });
    await made.create("a", "text/plain", "abcd", { "Stream-Closed": "true" });
    const reader = await follow(made);
    const closed = [(await batch(reader)).control.streamClosed, (await batch(reader)).control.streamClosed];
    expect(closed).toEqual([undefined, true]);
  });

  test("deletion ends the connection without claiming an end of the stream", async () => {
    const made = await withStream("text/plain", "abc");
    const reader = await follow(made);
    await batch(reader);
    await made.call("DELETE", "a");
    expect(await reader.next()).toBeUndefined();
    expect(made.errors).toEqual([]);
  });

  test("deletion and creation anew ends the connection: nothing of the new stream is sent", async () => {
    const made = await withStream("text/plain", "abc");
    const reader = await follow(made);
    await batch(reader);
    await Promise.all([
      made.store.delete("a"),
      made.store.put("a", { contentType: "text/plain", data: new TextEncoder().encode("abc of another") }),
    ]);
    expect(await reader.next()).toBeUndefined();
  });
});

describe("cursors", () => {
  const cursorAfter = async (made: Server, cursor: string): Promise<number> =>
    Number((await control(await follow(made, `offset=now&cursor=${cursor}`))).streamCursor);

  test("move past the one the client came with", async () => {
    const made = await withStream("text/plain", "x", { random: () => 0 });
    const current = Number((await control(await follow(made, "offset=now"))).streamCursor);
    expect(await cursorAfter(made, String(current))).toBe(current + 1);
    expect(await cursorAfter(made, String(current + 500))).toBe(current + 501);
    expect(await cursorAfter(made, String(current - 1))).toBe(current);
    expect(await cursorAfter(made, "garbage")).toBe(current);
  });

  test("never go back on one connection, whoever else shares its frames", async () => {
    const made = await withStream();
    const ahead = await follow(made, "offset=-1&cursor=9000000");
    const plain = await follow(made, "offset=-1");
    const cursors: number[] = [Number((await control(ahead)).streamCursor)];
    await control(plain);
    for (let n = 0; n < 3; n++) {
      await made.append("a", "text/plain", "x");
      await batch(plain);
      cursors.push(Number((await batch(ahead)).control.streamCursor));
    }
    expect(cursors[0]).toBeGreaterThan(9_000_000);
    expect(cursors).toEqual([...cursors].sort((left, right) => left - right));
  });

  test("advance with time", async () => {
    const made = await withStream();
    const reader = await follow(made);
    const first = Number((await control(reader)).streamCursor);
    await made.clock.advance(10_000);
    await made.clock.advance(4_000);
    await made.append("a", "text/plain", "x");
    await batch(reader);
    await made.clock.advance(8_000);
    await made.append("a", "text/plain", "x");
    expect(Number((await batch(reader)).control.streamCursor)).toBe(first + 1);
  });
});

describe("time", () => {
  test("a silent connection carries a heartbeat comment every 15 s", async () => {
    const made = await withStream();
    const reader = await follow(made);
    await control(reader);
    const next = reader.take(2);
    await made.clock.advance(15_000);
    await made.clock.advance(15_000);
    expect(await next).toEqual([HEARTBEAT, HEARTBEAT]);
  });

  test("a connection with traffic carries none", async () => {
    const made = await withStream();
    const reader = await follow(made);
    await control(reader);
    const types: (string | undefined)[] = [];
    for (let n = 0; n < 4; n++) {
      const next = reader.take(2);
      await made.clock.advance(10_000);
      await made.append("a", "text/plain", "x");
      types.push(...(await next).map(({ type }) => type));
    }
    expect(types).toEqual(Array.from({ length: 4 }, () => ["data", "control"]).flat());
  });

  test("about 60 s after its start a connection ends with a control event", async () => {
    const made = await withStream("text/plain", "abc");
    const reader = await follow(made);
    await batch(reader);
    const rest = reader.rest();
    await made.clock.advance(65_000);
    const events = (await rest).filter(({ type }) => type !== "comment");
    expect(events.map(({ data, type }) => [type, JSON.parse(data)])).toEqual([
      [
        "control",
        { streamNextOffset: "0000000000000000_0000000000000003", streamCursor: expect.any(String), upToDate: true },
      ],
    ]);
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });

  test("a busy connection is rotated as well, behind a whole batch", async () => {
    const made = await withStream();
    const reader = await follow(made);
    await control(reader);
    const rest = reader.rest();
    await made.clock.advance(59_000);
    await made.append("a", "text/plain", "last");
    const events = await rest;
    expect(events.filter(({ type }) => type !== "comment").map(({ type }) => type)).toEqual(["data", "control"]);
  });

  test("both durations are options", async () => {
    const made = await withStream("text/plain", undefined, { sseHeartbeatMs: 100, sseRotateMs: 300 });
    const reader = await follow(made);
    await control(reader);
    const rest = reader.rest();
    await made.clock.advance(400);
    expect((await rest).map(({ type }) => type)).toEqual(["comment", "comment", "control"]);
  });
});

describe("nothing is left of a reader", () => {
  test("that stopped reading, once its time is up", async () => {
    const made = await withStream("text/plain", "abc");
    const reader = await follow(made);
    await made.clock.advance(65_000);
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
    expect(await reader.rest()).toEqual([]);
  });

  test("that stopped reading behind a batch, which it still gets", async () => {
    const made = await withStream("text/plain", "abc");
    const reader = await follow(made);
    await batch(reader);
    await made.append("a", "text/plain", "def");
    await made.clock.advance(65_000);
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
    expect((await reader.rest()).filter(({ type }) => type === "control")).toEqual([]);
  });

  test("that cancelled", async () => {
    const made = await withStream();
    const reader = await follow(made);
    await control(reader);
    await reader.cancel();
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });

  test("that cancelled while it waited", async () => {
    const made = await withStream();
    const reader = await follow(made);
    await control(reader);
    const next = reader.next();
    await settled();
    await reader.cancel();
    expect(await next).toBeUndefined();
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });

  test("whose signal fired, and its body ends", async () => {
    const made = await withStream();
    const client = new AbortController();
    const reader = await follow(made, "offset=-1", client.signal);
    await control(reader);
    const next = reader.next();
    client.abort();
    expect(await next).toBeUndefined();
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });

  test("that left in both ways at once", async () => {
    const made = await withStream();
    const client = new AbortController();
    const first = await follow(made, "offset=-1", client.signal);
    const second = await follow(made);
    await control(first);
    client.abort();
    await first.cancel();
    expect([made.calls.watching, made.clock.pending]).toEqual([1, 1]);
    await second.cancel();
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });

  test("that had left before it came", async () => {
    const made = await withStream();
    await made.call("GET", "a?offset=-1&live=sse", { signal: AbortSignal.abort() });
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });

  test("that read to the end of a closed stream", async () => {
    const made = server();
    await made.create("a", "text/plain", "abc", { "Stream-Closed": "true" });
    await (await follow(made)).rest();
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });

  test("whose stream went away", async () => {
    const made = await withStream();
    const reader = await follow(made);
    await control(reader);
    await made.call("DELETE", "a");
    await reader.rest();
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });
});

test("a hook that fails when it is told of an error leaves nothing of the reader whose error it was", async () => {
  const memory = new MemoryStore();
  let failing = false;
  const breaking = new Proxy<StreamStore>(memory, {
    get: (target, name) => {
      if (failing && name === "read") return () => Promise.reject(new Error("The disk is full"));
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const report = vi.spyOn(console, "error").mockImplementation(() => {});
  const onError = () => {
    throw new Error("The hook has a bug");
  };
  const made = server({ onError }, breaking);
  await made.create("a");
  const reader = await follow(made);
  await control(reader);
  failing = true;
  const rest = reader.rest();
  await made.append("a", "text/plain", "x");
  expect([await rest, made.calls.watching, made.clock.pending]).toEqual([[], 0, 0]);
  expect(report).toHaveBeenCalledWith(new Error("The hook has a bug"));
  report.mockRestore();
});
