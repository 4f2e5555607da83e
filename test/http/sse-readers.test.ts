import { describe, expect, test, vi } from "vitest";
import { settled } from "../support/fake-clock.ts";
import { SseReader } from "../support/sse.ts";
import { batch, control, follow, type Server, withStream } from "./sse-support.ts";

const HEARTBEAT = { type: "comment", data: "" };

/** From now on the store says that something has changed, and not what, as one does that others write to. */
function tellNothing({ memory }: Server): void {
  const { watch } = memory;
  vi.spyOn(memory, "watch").mockImplementation((path, onChange) => watch.call(memory, path, () => onChange()));
}

describe("many readers", () => {
  test("at the tail share one watch and one timer, and no append is read", async () => {
    const made = await withStream();
    const readers = await Promise.all(Array.from({ length: 200 }, () => follow(made)));
    await Promise.all(readers.map((reader) => control(reader)));
    const next = readers.map((reader) => batch(reader));
    await settled();
    expect([made.calls.watching, made.clock.pending]).toEqual([1, 1]);
    made.calls.log.length = 0;
    await made.append("a", "text/plain", "for all");
    expect(new Set((await Promise.all(next)).map(({ data }) => data))).toEqual(new Set(["for all"]));
    expect(made.calls.log.filter((name) => name === "read")).toEqual([]);
  });

  test("of a store that only says that something has changed share one read for each append", async () => {
    const made = await withStream();
    tellNothing(made);
    const readers = await Promise.all(Array.from({ length: 200 }, () => follow(made)));
    await Promise.all(readers.map((reader) => control(reader)));
    const next = readers.map((reader) => batch(reader));
    await settled();
    made.calls.log.length = 0;
    await made.append("a", "text/plain", "for all");
    expect(new Set((await Promise.all(next)).map(({ data }) => data))).toEqual(new Set(["for all"]));
    expect(made.calls.log.filter((name) => name === "read")).toHaveLength(1);
  });

  test("get what is appended while nobody waits, in one event and in order", async () => {
    const made = await withStream("application/json");
    const [quick, slow] = [await follow(made), await follow(made)];
    await Promise.all([control(quick), control(slow)]);
    const seen: unknown[] = [];
    for (let n = 0; n < 5; n += 1) {
      const next = batch(quick);
      await made.append("a", "application/json", String(n));
      seen.push(...JSON.parse((await next).data));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(await batch(slow)).toMatchObject({ data: "[0,1,2,3,4]", control: { upToDate: true } });
  });

  test("stay where they are when an append ends within a character, and get it whole", async () => {
    const made = await withStream();
    const reader = await follow(made);
    await control(reader);
    const next = batch(reader);
    await settled();
    await made.append("a", "text/plain", Uint8Array.of(0x61, 0xe2, 0x82));
    expect(await next).toMatchObject({ data: "a", control: { streamNextOffset: "0000000000000000_0000000000000001" } });
    const rest = batch(reader);
    await settled();
    await made.append("a", "text/plain", Uint8Array.of(0xac, 0x62));
    expect(await rest).toMatchObject({
      data: "€b",
      control: { streamNextOffset: "0000000000000000_0000000000000005" },
    });
  });

  test("keep no more than one event for a client that takes nothing, and go on where it stopped", async () => {
    const made = await withStream();
    const response = await made.call("GET", "a?offset=-1&live=sse");
    const body = response.body?.getReader();
    await body?.read();
    const wish = body?.read();
    await settled();
    // The first is what the client asked for, the second waits for it, and of the rest nothing is kept.
    for (const text of ["one", "two", "three", "four"]) await made.append("a", "text/plain", text);
    const decoder = new TextDecoder();
    expect(decoder.decode((await wish)?.value)).toContain("data:one\n\n");
    expect(decoder.decode((await body?.read())?.value)).toContain("data:two\n\n");
    expect(decoder.decode((await body?.read())?.value)).toContain("data:threefour\n\n");
    await body?.cancel();
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });

  test("end with what closes the stream", async () => {
    const made = await withStream();
    const readers = await Promise.all(Array.from({ length: 3 }, () => follow(made)));
    await Promise.all(readers.map((reader) => control(reader)));
    const rests = readers.map((reader) => reader.rest());
    await settled();
    await made.call("POST", "a", {
      headers: { "Content-Type": "text/plain", "Stream-Closed": "true" },
      body: "the end",
    });
    for (const events of await Promise.all(rests)) {
      expect(events.map(({ type }) => type)).toEqual(["data", "control"]);
      expect(JSON.parse(events[1]?.data ?? "")).toMatchObject({ streamClosed: true });
    }
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });

  test("get each a cursor of their own that never goes back", async () => {
    const made = await withStream();
    const ahead = await follow(made, "offset=-1&cursor=99999999");
    const usual = await follow(made);
    await Promise.all([control(ahead), control(usual)]);
    const next = [batch(ahead), batch(usual)];
    await settled();
    await made.append("a", "text/plain", "x");
    const [first, second] = await Promise.all(next);
    expect(Number(first?.control.streamCursor)).toBeGreaterThan(99_999_999);
    expect(Number(second?.control.streamCursor)).toBeLessThan(99_999_999);
  });

  test("that cannot be written to end, and the others get theirs", async () => {
    const made = await withStream();
    const [first, second] = [await follow(made), await follow(made)];
    await Promise.all([control(first), control(second)]);
    const [broken, whole] = [first.rest(), batch(second)];
    await settled();
    const refusing = vi.spyOn(ReadableStreamDefaultController.prototype, "enqueue");
    refusing.mockImplementationOnce(() => {
      throw new Error("No memory");
    });
    await made.append("a", "text/plain", "for all");
    refusing.mockRestore();
    expect(await broken).toEqual([]);
    expect((await whole).data).toBe("for all");
    expect(made.errors).toEqual([new Error("No memory")]);
    await second.cancel();
    expect([made.calls.watching, made.clock.pending]).toEqual([0, 0]);
  });

  test("waiting through a heartbeat cost no read", async () => {
    const made = await withStream();
    const readers = await Promise.all([follow(made), follow(made)]);
    await Promise.all(readers.map((reader) => control(reader)));
    const next = readers.map((reader) => reader.next());
    await settled();
    made.calls.log.length = 0;
    await made.clock.advance(15_000);
    expect(await Promise.all(next)).toEqual([HEARTBEAT, HEARTBEAT]);
    expect(made.calls.log).toEqual([]);
  });

  test("on different paths share the timer and nothing else", async () => {
    const made = await withStream();
    await made.create("b");
    await follow(made);
    new SseReader(await made.call("GET", "b?offset=-1&live=sse"));
    expect([made.calls.watching, made.clock.pending]).toEqual([2, 1]);
  });

  test("each get every byte, however differently they read", async () => {
    const made = await withStream("application/json", undefined, { sseBatchBytes: 64 });
    const expected = Array.from({ length: 60 }, (_, n) => n);
    const readers = await Promise.all(Array.from({ length: 5 }, () => follow(made)));
    const readAll = async (reader: SseReader, lag: number): Promise<unknown[]> => {
      const values: unknown[] = [];
      for (let event = await reader.next(); event !== undefined; event = await reader.next()) {
        if (event.type === "data") values.push(...JSON.parse(event.data));
        for (let turn = 0; turn < lag; turn++) await settled();
      }
      return values;
    };
    const all = readers.map((reader, lag) => readAll(reader, lag));
    for (const n of expected) await made.append("a", "application/json", String(n));
    await made.call("POST", "a", { headers: { "Stream-Closed": "true" } });
    expect(await Promise.all(all)).toEqual(readers.map(() => expected));
  });

  test("a reader that stops reading is not read for", async () => {
    const made = await withStream("text/plain", undefined, { sseBatchBytes: 10 });
    const reader = await follow(made);
    await control(reader);
    made.calls.log.length = 0;
    for (let n = 0; n < 20; n++) await made.append("a", "text/plain", "0123456789");
    await settled();
    expect(made.calls.log.filter((name) => name === "read")).toEqual([]);
    expect((await batch(reader)).data).toBe("0123456789");
  });
});

test("an append during the read of the one before is not missed", async () => {
  const made = await withStream();
  tellNothing(made);
  const reader = await follow(made);
  await control(reader);
  const texts = batch(reader);
  await settled();
  const { read } = made.memory;
  const release = Promise.withResolvers<void>();
  const reading = Promise.withResolvers<void>();
  // The page is fixed before the second append, and handed out after it.
  vi.spyOn(made.memory, "read").mockImplementationOnce(async (...args) => {
    const page = await read.apply(made.memory, args);
    reading.resolve();
    await release.promise;
    return page;
  });
  await made.append("a", "text/plain", "one");
  await reading.promise;
  await made.append("a", "text/plain", "two");
  release.resolve();
  expect((await texts).data).toBe("one");
  expect((await batch(reader)).data).toBe("two");
});

test("a reader whose wait begins while a change comes does not sleep through it", async () => {
  const made = await withStream();
  const reader = await follow(made);
  await control(reader);
  const { read } = made.memory;
  const release = Promise.withResolvers<void>();
  const reading = Promise.withResolvers<void>();
  vi.spyOn(made.memory, "read").mockImplementationOnce(async (...args) => {
    const page = await read.apply(made.memory, args);
    reading.resolve();
    await release.promise;
    return page;
  });
  const next = batch(reader);
  await reading.promise;
  await made.append("a", "text/plain", "just then");
  release.resolve();
  expect((await next).data).toBe("just then");
});
