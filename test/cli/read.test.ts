import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DurableStream } from "../../src/client/index.ts";
import { startServer, type TestServer } from "../support/client/index.ts";
import { serveFetchHandler } from "../support/node-server.ts";
import { cli, jsonLines, start } from "./fake-shell.ts";
import { testFolder } from "./test-folder.ts";

const folder = testFolder();
let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

async function streamOf(body: string | Uint8Array, contentType = "application/json"): Promise<string> {
  const url = server.streamUrl();
  const headers = { "Content-Type": contentType };
  await fetch(url, { method: "PUT", headers, body: typeof body === "string" ? body : new Uint8Array(body) });
  return url;
}

async function appendTo(url: string, body: string): Promise<void> {
  await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

test("cat prints a JSON stream a message a line, each as it was sent", async () => {
  const url = await streamOf('[{"a":\r\n 1},"b\\nc",12345678901234567890,[],1e400]');
  const { code, stdout, stderr } = await cli(["cat", url]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toBe('{"a":  1}\n"b\\nc"\n12345678901234567890\n[]\n1e400\n');
});

test("cat prints text and bytes as they are", async () => {
  const text = "\ufeffa\r\n\u{1f980}\nno end";
  expect((await cli(["cat", await streamOf(text, "text/plain")])).stdout).toBe(text);
  const bytes = Uint8Array.from({ length: 200_000 }, (_, at) => (at * 7) % 256);
  const { bytes: read } = await cli(["cat", await streamOf(bytes, "application/octet-stream")]);
  expect(Buffer.compare(read, bytes)).toBe(0);
});

test("cat --json says where to go on behind each message, and --from takes it", async () => {
  const url = await streamOf('["a","b","c"]');
  const lines = jsonLines((await cli(["cat", url, "--json"])).stdout);
  expect(lines).toMatchObject([{ message: "a" }, { message: "b" }, { message: "c" }]);
  const [, second] = lines;
  const from = JSON.stringify((second as { checkpoint: unknown }).checkpoint);
  expect((await cli(["cat", url, "--from", from])).stdout).toBe('"c"\n');
});

test("cat --json has text as a string and bytes in base64", async () => {
  const text = jsonLines((await cli(["cat", await streamOf("a\n", "text/plain"), "--json"])).stdout);
  expect(text).toMatchObject([{ message: "a\n" }]);
  const bytes = await streamOf(Uint8Array.of(0xff, 0), "application/octet-stream");
  expect(jsonLines((await cli(["cat", bytes, "--json"])).stdout)).toMatchObject([{ base64: "/wA=" }]);
});

test("cat begins at an offset, at the end, and ends at a limit", async () => {
  const url = await streamOf("[1,2]");
  const { offset } = await new DurableStream({ url }).head();
  await appendTo(url, "[3,4]");
  expect((await cli(["cat", url, "--from", offset])).stdout).toBe("3\n4\n");
  expect((await cli(["cat", url, "--from", "now"])).stdout).toBe("");
  expect((await cli(["cat", url, "-n", "3"])).stdout).toBe("1\n2\n3\n");
});

test("cat --checkpoint prints what is new since the last time", async () => {
  const url = await streamOf("[1,2]");
  const file = folder.newFile();
  expect((await cli(["cat", url, "-c", file, "-n", "1"])).stdout).toBe("1\n");
  expect((await cli(["cat", url, "-c", file])).stdout).toBe("2\n");
  expect((await cli(["cat", url, "-c", file])).stdout).toBe("");
  await appendTo(url, "[3]");
  expect((await cli(["cat", url, "-c", file])).stdout).toBe("3\n");
  // Nobody else's business, and nothing is left beside it.
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await readdir(folder.path)).filter((name) => join(folder.path, name).startsWith(`${file}.`))).toEqual([]);
});

test("a reader of the output who leaves ends the command in silence, and the checkpoint is where it left", async () => {
  const url = await streamOf("[1,2,3]");
  const file = folder.newFile();
  const args = ["cat", url, "--json", "-c", file];
  const whole = await cli(["cat", url, "--json"]);
  const twoLines = Buffer.byteLength(whole.stdout.split("\n").slice(0, 2).join("\n")) + 1;
  const { code, stdout, stderr } = await cli(args, { closesAfter: twoLines });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(jsonLines(stdout)).toMatchObject([{ message: 1 }, { message: 2 }]);
  expect(jsonLines((await cli(args)).stdout)).toMatchObject([{ message: 3 }]);
});

test.each([
  ["empty", ""],
  ["cut off", '{"command":"read","url":'],
  ["of something else", '{"name":"x"}'],
  ["of append", '{"command":"append"}'],
])("a checkpoint file that is %s is an error, and neither read from the start nor replaced", async (_, content) => {
  const file = folder.newFile();
  await writeFile(file, content);
  const { code, stdout, stderr } = await cli(["cat", await streamOf("[1]"), "-c", file]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(`BrokenCheckpointError: ${file} is no checkpoint`);
  expect(await readFile(file, "utf8")).toBe(content);
});

test("a checkpoint file that cannot be read or written is an error", async () => {
  const url = await streamOf("[1]");
  expect(await cli(["cat", url, "-c", folder.path])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("BrokenCheckpointError: "),
  });
  expect(await cli(["cat", url, "-c", join(folder.path, "no", "such")])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("ENOENT"),
  });
});

test("a checkpoint of another stream, or of the one that was there before, is refused", async () => {
  const file = folder.newFile();
  const [url, other] = [await streamOf("[1]"), await streamOf("[2]")];
  await cli(["cat", url, "-c", file]);
  const wrong = await cli(["cat", other, "-c", file]);
  expect(wrong).toMatchObject({ code: 1, stdout: "" });
  expect(wrong.stderr).toContain(`CheckpointMismatchError: The checkpoint ${file} does not belong here: it is of`);
  const stream = new DurableStream({ url });
  await stream.delete();
  await stream.create();
  const recreated = await cli(["cat", url, "-c", file]);
  expect(recreated).toMatchObject({ code: 1, stdout: "" });
  expect(recreated.stderr).toContain("was deleted, and another one was created there");
});

test("a checkpoint follows its stream to another address", async () => {
  const file = folder.newFile();
  const url = await streamOf("[1]");
  await cli(["cat", url, "-c", file]);
  await appendTo(url, "[2]");
  const moved = await serveFetchHandler(server.handler);
  const { code, stdout } = await cli(["cat", url.replace(server.origin, moved.origin), "-c", file]);
  await moved.close();
  expect({ code, stdout }).toEqual({ code: 0, stdout: "2\n" });
});

test("tail prints what is appended from now on, and ends with the stream", async () => {
  const url = await streamOf("[1]");
  const command = start(["tail", url, "--json", "--checkpoint", folder.newFile(), "--from", "start"]);
  await command.output(/"message":1/);
  await appendTo(url, "[2]");
  await command.output(/"message":2/);
  await new DurableStream({ url }).close({ message: 3 });
  const { code, stdout, stderr } = await command.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(jsonLines(stdout)).toMatchObject([{ message: 1 }, { message: 2 }, { message: 3 }]);
});

test("tail begins at the end unless told otherwise", async () => {
  const url = await streamOf("[1]");
  await new DurableStream({ url }).close();
  expect(await cli(["tail", url])).toMatchObject({ code: 0, stdout: "" });
});

test.each(["sse", "long-poll"])("Ctrl-C ends tail over %s with 130, and the next one misses nothing", async (live) => {
  const url = await streamOf("[1]");
  const args = ["tail", url, "--from", "start", "-c", folder.newFile(), "--live", live];
  const first = start(args);
  await first.output(/^1\n$/);
  first.interrupt();
  expect(await first.ended).toMatchObject({ code: 130, stdout: "1\n", stderr: "" });
  await appendTo(url, "[2,3]");
  const second = start(args);
  await second.output(/^2\n3\n$/);
  second.interrupt();
  expect(await second.ended).toMatchObject({ code: 130, stdout: "2\n3\n" });
});

test("a tail from now that is ended before anything came remembers where now was", async () => {
  const url = await streamOf("[1]");
  const file = folder.newFile();
  const args = ["tail", url, "-c", file];
  const first = start(args);
  await appendTo(url, "[2]");
  // What arrives first may have been appended before `now` was asked for: append until something is printed.
  for (let n = 3; first.written() === ""; n++) await appendTo(url, `[${n}]`);
  first.interrupt();
  const before = (await first.ended).stdout;
  await appendTo(url, '["end"]');
  const { stdout } = await cli(["cat", url, "-c", file]);
  const all = (await cli(["cat", url])).stdout;
  expect(all.endsWith(before + stdout)).toBe(true);
  expect(stdout.endsWith('"end"\n')).toBe(true);
});

test("cat tells of retries on a terminal and with --verbose, and gives up after --retries", async () => {
  const url = await streamOf("[1]");
  const failing = await serveFetchHandler(async (request) =>
    request.method === "HEAD" ? server.handler(request) : new Response("busy", { status: 503 }),
  );
  const args = ["cat", url.replace(server.origin, failing.origin), "--retries", "1"];
  const silent = await cli(args);
  expect(silent).toMatchObject({ code: 1, stdout: "" });
  expect(silent.stderr).toMatch(/^durable-cf-streams: UnavailableError: [^\n]+\n$/);
  for (const told of [await cli([...args, "-v"]), await cli(args, { terminal: { error: true } })]) {
    expect(told.stderr).toMatch(/attempt 1 failed, next one in \d+\.\d s: UnavailableError: /);
  }
  await failing.close();
});
