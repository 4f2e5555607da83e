import { afterAll, beforeAll, expect, test } from "vitest";
import { DurableStream } from "../../src/client/index.ts";
import { startServer, type TestServer } from "../support/client/index.ts";
import { serveFetchHandler } from "../support/node-server.ts";
import { cli, jsonLines, pieces, start } from "./fake-shell.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

async function created(contentType = "application/json"): Promise<string> {
  const url = server.streamUrl();
  await new DurableStream({ url, contentType }).create();
  return url;
}

/** The stream's bytes as the server has them. */
async function stored(url: string): Promise<string> {
  return (await fetch(`${url}?offset=-1`)).text();
}

const never = new Promise<never>(() => {});

test("each line of a JSON stream is a message, byte for byte, and blank lines are none", async () => {
  const url = await created();
  const input = '{"a": 1}\r\n\n  12345678901234567890 \n[1e400,[]]';
  const { code, stdout } = await cli(["append", url, "--json"], { input });
  expect(code).toBe(0);
  expect(await stored(url)).toBe('[{"a": 1},12345678901234567890,[1e400,[]]]');
  const { headers } = await fetch(url, { method: "HEAD" });
  expect(jsonLines(stdout)).toEqual([{ messages: 3, bytes: 38, offset: headers.get("Stream-Next-Offset") }]);
});

test.each([
  ["application/json", "--lines", 'a "b"\r\nc\n', '["a \\"b\\"","c"]'],
  ["application/json", "--raw", '{\n  "a": 1\n}\n', '[{\n  "a": 1\n}]'],
  ["text/plain", "--raw", "a\r\n\u{1f980}b", "a\r\n\u{1f980}b"],
  ["text/plain", "--lines", "a\r\n\nb", "a\r\n\nb"],
  ["text/plain", "--json", '{"a": 1}\n\n[2]\n', '{"a": 1}\n[2]\n'],
  ["application/x-ndjson", "--json", '{"a": 1}\n[2]', '{"a": 1}\n[2]'],
  ["application/octet-stream", "--lines", "a\nb\n", "a\nb\n"],
])("into %s with %s, %j becomes %j", async (contentType, mode, input, expected) => {
  const url = await created(contentType);
  // A byte at a time: no line end, no character and no document comes in one piece.
  const bytes = Array.from(Buffer.from(input), (byte) => Uint8Array.of(byte));
  const { code, stderr } = await cli(["append", url, mode], { input: pieces(...bytes) });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(await stored(url)).toBe(expected);
});

test("bytes go in as they come unless told otherwise", async () => {
  const url = await created("application/octet-stream");
  const input = Uint8Array.from({ length: 70_000 }, (_, at) => at % 251);
  expect(await cli(["append", url], { input })).toMatchObject({ code: 0 });
  const response = await fetch(`${url}?offset=-1`);
  expect(Buffer.compare(await response.bytes(), input)).toBe(0);
});

test("--data takes the place of the input, which is not read", async () => {
  const url = await created();
  const input = (async function* (): AsyncGenerator<Uint8Array> {
    yield await never;
  })();
  expect(await cli(["append", url, "-d", "1", "-d", '"b"'], { input })).toMatchObject({ code: 0 });
  expect(await stored(url)).toBe('[1,"b"]');
});

test("no input appends nothing, and says where the stream ends", async () => {
  const url = await created();
  const { headers } = await fetch(url, { method: "HEAD" });
  const { code, stdout } = await cli(["append", url, "--json"]);
  expect({ code, facts: jsonLines(stdout) }).toEqual({
    code: 0,
    facts: [{ bytes: 0, offset: headers.get("Stream-Next-Offset") }],
  });
});

test("a line that is not JSON ends the command with its number, and all before it is appended", async () => {
  const url = await created();
  const { code, stdout, stderr } = await cli(["append", url, "--close"], { input: "1\n\n2\n{oops\n3\n" });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/InvalidInputError: Line 4 is not JSON: .* \(appended before it: 2 messages\)/);
  expect(await stored(url)).toBe("[1,2]");
  // Not over a part of the input only.
  expect(await new DurableStream({ url }).head()).toMatchObject({ closed: false });
});

test.each([
  ["application/json", "--lines", "Line 2 is not UTF-8"],
  ["text/plain", "--raw", "The input is not UTF-8, which the stream holds"],
])("what is not UTF-8 is refused for %s", async (contentType, mode, message) => {
  const url = await created(contentType);
  const input = pieces("a\n", Uint8Array.of(0xff, 0x0a));
  const { code, stderr } = await cli(["append", url, mode], { input });
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});

test("--close closes the stream behind the last message", async () => {
  const url = await created();
  const { code, stdout } = await cli(["append", url, "--close", "--json"], { input: "1\n" });
  expect({ code, facts: jsonLines(stdout) }).toMatchObject({ code: 0, facts: [{ closed: true }] });
  expect(await new DurableStream({ url }).head()).toMatchObject({ closed: true });
  expect(await cli(["append", url], { input: "2\n" })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("StreamClosedError: "),
  });
});

test("the input is read no faster than the server takes it", async () => {
  const PIECE = 64 * 1024;
  const PIECES = 256;
  let taken = 0;
  const { handler } = server;
  const slow = async (request: Request): Promise<Response> => {
    const size = Number(request.headers.get("Content-Length"));
    const response = await handler(request);
    // What overtook its predecessor is refused, and comes again.
    taken += request.method === "POST" && response.ok ? size : 0;
    return response;
  };
  const front = await serveFetchHandler(slow);
  const url = (await created("application/octet-stream")).replace(server.origin, front.origin);
  let read = 0;
  let ahead = 0;
  const input = (async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < PIECES; at++) {
      ahead = Math.max(ahead, read - taken);
      read += PIECE;
      yield new Uint8Array(PIECE);
    }
  })();
  expect(await cli(["append", url], { input })).toMatchObject({ code: 0 });
  await front.close();
  expect(taken).toBe(PIECES * PIECE);
  // What is kept waiting, and the pieces in hand.
  expect(ahead).toBeLessThanOrEqual(2 * 1024 * 1024 + 2 * PIECE);
});

test("Ctrl-C ends the input, and what was read is appended: exit code 130", async () => {
  const url = await created();
  const isWaiting = Promise.withResolvers<void>();
  const input = (async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("1\n2\n");
    isWaiting.resolve();
    yield await never;
  })();
  const command = start(["append", url, "--close"], { input });
  await isWaiting.promise;
  command.interrupt();
  const { code, stdout, stderr } = await command.ended;
  expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
  expect(stdout).toContain("messages  2");
  expect(await stored(url)).toBe("[1,2]");
  expect(await new DurableStream({ url }).head()).toMatchObject({ closed: false });
});

test("a refusal ends the command though the input goes on waiting", async () => {
  const url = await created();
  const input = (async function* (): AsyncGenerator<Uint8Array> {
    await new DurableStream({ url }).close();
    yield Buffer.from("1\n");
    yield await never;
  })();
  const { code, stderr } = await cli(["append", url], { input });
  expect(code).toBe(1);
  expect(stderr).toContain("StreamClosedError: ");
});

test("runs with the same --producer follow one another, and shut out a run before them", async () => {
  const url = await created();
  let now = 1_700_000_000_000;
  const clock = {
    now: () => now,
    setTimeout: (callback: () => void, ms: number) => setTimeout(callback, ms),
    clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
  };
  const isTakenOver = Promise.withResolvers<void>();
  const isStored = Promise.withResolvers<void>();
  const input = (async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('"old"\n');
    for await (const _ of new DurableStream({ url }).read({ limit: 1 })) isStored.resolve();
    await isTakenOver.promise;
    yield Buffer.from('"late"\n');
  })();
  const old = start(["append", url, "--producer", "job"], { input, clock });
  await isStored.promise;
  now += 1_000;
  const later = await cli(["append", url, "--producer", "job"], { input: '"new"\n', clock });
  expect(later).toMatchObject({ code: 0, stderr: "" });
  isTakenOver.resolve();
  expect(await old.ended).toMatchObject({ code: 1, stderr: expect.stringContaining("ProducerFencedError: ") });
  expect(await stored(url)).toBe('["old","new"]');
});

test("an --epoch used before is an error, not a success that appended nothing", async () => {
  const url = await created();
  const args = ["append", url, "--producer", "job", "--epoch", "3"];
  expect(await cli(args, { input: '"first"\n' })).toMatchObject({ code: 0 });
  const { code, stdout, stderr } = await cli(args, { input: '"second"\n' });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain('EpochReusedError: Producer "job" has used epoch 3 before');
  expect(await stored(url)).toBe('["first"]');
});
