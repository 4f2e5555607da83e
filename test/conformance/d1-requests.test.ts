import { describe, expect, inject, test } from "vitest";

// In a plain Worker no request may wait for what another one began: these would hang, or be cut off, if one did.
const origin = inject("d1Worker");
let streams = 0;

async function newStream(): Promise<string> {
  streams += 1;
  const url = `${origin}/v1/stream/d1-requests/${streams}`;
  await fetch(url, { method: "PUT", headers: { "Content-Type": "text/plain" } });
  return url;
}

/** The same stream, served by another isolate. */
const elsewhere = (url: string): string => url.replace("/v1/stream/", "/elsewhere/");

const append = (url: string, body: string) =>
  fetch(url, { method: "POST", headers: { "Content-Type": "text/plain" }, body });

/** Reads events until one holds the text. */
async function until(reader: ReadableStreamDefaultReader<Uint8Array>, wanted: string): Promise<void> {
  const decoder = new TextDecoder();
  for (let seen = ""; !seen.includes(wanted); ) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The events end before ${wanted}: ${seen}`);
    seen += decoder.decode(value, { stream: true });
  }
}

async function openSse(url: string): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const { body } = await fetch(`${url}?offset=-1&live=sse`);
  if (body === null) throw new Error("No body");
  const reader = body.getReader();
  await until(reader, "event: control");
  return reader;
}

describe("live readers of a plain Worker over one D1Store", () => {
  test("go on when the one who came first leaves", async () => {
    const url = await newStream();
    const first = await openSse(url);
    const second = await openSse(url);
    await append(url, "one");
    await Promise.all([until(first, "data:one"), until(second, "data:one")]);
    await first.cancel();
    await append(url, "two");
    await until(second, "data:two");
    await second.cancel();
  });

  test("are not in the way of a hundred appends at once", async () => {
    const url = await newStream();
    const reader = await openSse(url);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => append(url, `<${i}>`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    const offsets = answers.map(({ headers }) => headers.get("Stream-Next-Offset"));
    expect(new Set(offsets).size).toBe(100);
    const whole = await (await fetch(url)).text();
    expect(whole.match(/<\d+>/g)?.length).toBe(100);
    await reader.cancel();
  });
});

// How soon is a matter of the clock, and tested with one (`sharedStoreContract`). These waits would outlast the test.
describe("readers in another isolate over the same database", () => {
  test("are told of an append: those with a long-poll, however many, and those with SSE", async () => {
    const url = await newStream();
    const reader = await openSse(elsewhere(url));
    const waits = Array.from({ length: 20 }, () => fetch(`${elsewhere(url)}?offset=-1&live=long-poll`));
    await append(url, "new");
    await until(reader, "data:new");
    const answers = await Promise.all(waits);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(Array(20).fill("new"));
    await reader.cancel();
  });

  test("are told of a close and of a deletion", async () => {
    const url = await newStream();
    const closing = fetch(`${elsewhere(url)}?offset=now&live=long-poll`);
    const reader = await openSse(elsewhere(url));
    await fetch(url, { method: "POST", headers: { "Stream-Closed": "true" } });
    await until(reader, '"streamClosed":true');
    const closed = await closing;
    expect([closed.status, closed.headers.get("Stream-Closed")]).toEqual([204, "true"]);
    const other = await newStream();
    const deleting = fetch(`${elsewhere(other)}?offset=-1&live=long-poll`);
    await fetch(other, { method: "DELETE" });
    expect((await deleting).status).toBe(404);
    await reader.cancel();
  });
});
