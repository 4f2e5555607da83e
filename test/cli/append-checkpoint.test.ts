import { spawnSync } from "node:child_process";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DurableStream } from "../../src/client/index.ts";
import { startServer, type TestServer } from "../support/client/index.ts";
import { type NodeServer, serveFetchHandler } from "../support/node-server.ts";
import { cli, jsonLines, pieces, start } from "./fake-shell.ts";
import { testFolder } from "./test-folder.ts";

const folder = testFolder();
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

async function stored(url: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${url}?offset=-1`)).bytes());
}

describe("append --checkpoint", () => {
  test("appends the same input once, however often it is given, and then what a longer one has more", async () => {
    const url = await created();
    const args = ["append", url, "--json", "-c", folder.newFile()];
    const counts: unknown[] = [];
    for (const input of ["1\n2\n", "1\n2\n", "1\n2\n3", "1\n2\n3\n4\n", "1\n2\n3\n4\n"]) {
      const { code, stdout } = await cli(args, { input });
      expect(code).toBe(0);
      counts.push(...jsonLines(stdout));
    }
    expect(counts).toMatchObject([{ messages: 2 }, { bytes: 0 }, { messages: 1 }, { messages: 1 }, { bytes: 0 }]);
    expect((await stored(url)).toString()).toBe("[1,2,3,4]");
  });

  test("goes on in the middle of raw input, also inside a run", async () => {
    const url = await created("text/plain");
    const args = ["append", url, "-c", folder.newFile()];
    await cli(args, { input: "a\u{1f980}" });
    await cli(args, { input: pieces("a\u{1f980}bc", "d") });
    expect((await stored(url)).toString()).toBe("a\u{1f980}bcd");
  });

  test("goes on behind a line that was mended", async () => {
    const url = await created();
    const args = ["append", url, "-c", folder.newFile()];
    expect(await cli(args, { input: "1\noops\n3\n" })).toMatchObject({ code: 1 });
    expect(await cli(args, { input: '1\n"mended"\n3\n' })).toMatchObject({ code: 0 });
    expect((await stored(url)).toString()).toBe('[1,"mended",3]');
  });

  test("goes on after Ctrl-C", async () => {
    const url = await created();
    const args = ["append", url, "-c", folder.newFile()];
    const isWaiting = Promise.withResolvers<void>();
    const input = (async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("1\n2\n");
      isWaiting.resolve();
      yield await new Promise<never>(() => {});
    })();
    const command = start(args, { input });
    await isWaiting.promise;
    command.interrupt();
    expect(await command.ended).toMatchObject({ code: 130 });
    expect(await cli([...args, "--close"], { input: "1\n2\n3\n" })).toMatchObject({ code: 0, stderr: "" });
    expect((await stored(url)).toString()).toBe("[1,2,3]");
    // And once more, after all is done.
    expect(await cli([...args, "--close"], { input: "1\n2\n3\n" })).toMatchObject({ code: 0, stderr: "" });
  });

  test.each([
    ["begins otherwise", "1\n3\n4\n", "does not begin with what of it was stored"],
    ["is cut otherwise", "12\n3\n", "does not begin with what of it was stored"],
    ["is shorter", "1\n", "is shorter than what of it was stored"],
    ["is empty", "", "is shorter than what of it was stored"],
  ])("refuses an input that %s, and appends nothing of it", async (_, input, message) => {
    const url = await created();
    const args = ["append", url, "-c", folder.newFile()];
    await cli(args, { input: "1\n2\n" });
    const { code, stdout, stderr } = await cli(args, { input });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("CheckpointMismatchError: ");
    expect(stderr).toContain(message);
    expect((await stored(url)).toString()).toBe("[1,2]");
  });

  test("refuses another stream and another producer", async () => {
    const file = folder.newFile();
    const url = await created();
    await cli(["append", url, "-c", file, "--producer", "a"], { input: "1\n" });
    for (const args of [
      ["append", await created(), "-c", file],
      ["append", url, "-c", file, "--producer", "b"],
    ]) {
      expect(await cli(args, { input: "1\n" })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("CheckpointMismatchError: "),
      });
    }
  });

  test.each([
    ["damaged", '{"command":"append",'],
    ["of a reader", '{"command":"read","url":"http://x/","stream":null,"offset":"-1","index":0}'],
  ])("refuses a file that is %s, and leaves it as it is", async (_, content) => {
    const file = folder.newFile();
    await writeFile(file, content);
    const { code, stderr } = await cli(["append", await created(), "-c", file], { input: "1\n" });
    expect(code).toBe(1);
    expect(stderr).toContain("BrokenCheckpointError: ");
    expect(await readFile(file, "utf8")).toBe(content);
  });

  test("refuses a file that another process uses, and takes over what a dead one has left", async () => {
    const file = folder.newFile();
    const url = await created();
    const args = ["append", url, "-c", file];
    await writeFile(`${file}.${process.ppid}.lock`, "");
    const busy = await cli(args, { input: "1\n" });
    expect(busy).toMatchObject({ code: 1, stdout: "" });
    expect(busy.stderr).toContain(`CheckpointBusyError: Process ${process.ppid} uses`);
    await rm(`${file}.${process.ppid}.lock`);
    const { pid } = spawnSync(process.execPath, ["--version"]);
    await writeFile(`${file}.${pid}.lock`, "");
    expect(await cli(args, { input: "1\n" })).toMatchObject({ code: 0 });
    // Only the checkpoint is left, and only its owner may read what is in it.
    expect((await readdir(folder.path)).filter((name) => join(folder.path, name).startsWith(`${file}.`))).toEqual([]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test("sends nothing that the file could not take", async () => {
    const url = await created();
    const file = join(folder.path, "locked-out", "checkpoint");
    const { code, stderr } = await cli(["append", url, "-c", file], { input: "1\n" });
    expect(code).toBe(1);
    expect(stderr).toContain("ENOENT");
    expect((await stored(url)).toString()).toBe("[]");
  });
});

/** What becomes of one request of a run; all but the first end the run. */
type Fate = "passes" | "is refused" | "is stored, and its answer lost" | "is the last before a kill";

const fault = fc.constantFrom<Fate>("is refused", "is stored, and its answer lost", "is the last before a kill");
const passes = fc.constant<Fate>("passes");

/** Some fates, of which the first one ends a run, so that none of the tries is in vain. */
const fates = fc
  .tuple(fault, fc.array(fc.oneof(passes, fault), { maxLength: 20 }))
  .map(([first, rest]): readonly Fate[] => [first, ...rest]);

/** What the server does to the runs of one checkpoint. */
class Fates {
  readonly #file: string;
  readonly #left: Fate[];
  /** The checkpoint as the kill of a run has left it, `null` for none, by the run's number. */
  readonly #killed = new Map<string, Buffer | null>();

  constructor(file: string, left: readonly Fate[]) {
    this.#file = file;
    this.#left = [...left];
  }

  /** Answers a request. After its kill a run sends nothing more, so whatever still comes from it is kept away. */
  async answer(request: Request): Promise<Response> {
    const run = request.headers.get("X-Run") ?? "";
    if (request.method !== "POST") return server.handler(request);
    if (this.#killed.has(run)) return new Response(null, { status: 503 });
    const fate = this.#left.shift() ?? "passes";
    if (fate === "is refused") return new Response(null, { status: 503 });
    if (fate === "is the last before a kill") {
      // At once, and only then the look at the file: nothing may arrive that was sent after what is in it.
      this.#killed.set(run, null);
      this.#killed.set(run, await readFile(this.#file).catch(() => null));
    }
    const response = await server.handler(request);
    return fate === "passes" ? response : new Response(null, { status: 503 });
  }

  /** Puts the checkpoint back as a kill of the run has left it. @returns Whether there was one. */
  async carryOut(run: number): Promise<boolean> {
    const content = this.#killed.get(String(run));
    if (content === undefined) return false;
    await (content === null ? rm(this.#file, { force: true }) : writeFile(this.#file, content));
    return true;
  }
}

describe("append --checkpoint, whatever happens to its runs,", () => {
  let front: NodeServer;
  let current = new Fates("", []);
  beforeAll(async () => {
    front = await serveFetchHandler((request) => current.answer(request));
  });
  afterAll(() => front.close());

  /** Runs with the same input until one succeeds. @returns How many it took. */
  async function runUntilDone(args: readonly string[], file: string, input: Uint8Array, left: readonly Fate[]) {
    current = new Fates(file, left);
    // Each fate ends one run at most, and batches on their way end with it.
    for (let run = 1; run <= left.length + 1; run++) {
      const once = [...args, "-c", file, "--retries", "0", "-H", `X-Run: ${run}`];
      const { code } = await cli(once, { input: inPieces(input, run) });
      if (!(await current.carryOut(run)) && code === 0) return run;
    }
    throw new Error("The runs do not come to an end");
  }

  function inPieces(input: Uint8Array, run: number): AsyncIterable<Uint8Array> {
    const size = 30_000 + 7_919 * run;
    const count = Math.ceil(input.length / size);
    return pieces(...Array.from({ length: count }, (_, at) => input.subarray(at * size, (at + 1) * size)));
  }

  // fast-check prints the seed and the path of a failure.
  test.each([
    ["application/json", "--json"],
    ["text/plain", "--lines"],
    ["text/plain", "--raw"],
    ["application/octet-stream", "--raw"],
  ])(
    "stores all of an input exactly once and in order: %s with %s",
    async (contentType, mode) => {
      await fc.assert(
        fc.asyncProperty(fates, fates, fc.integer({ min: 20, max: 400 }), async (before, after, lines) => {
          const url = await created(contentType);
          const line = (n: number): string => `{"n":${n},"text":"${"\u00e4".repeat((n * 37) % 1_500)}"}\n`;
          const input = Buffer.from(Array.from({ length: lines }, (_, n) => line(n)).join(""));
          const half = input.subarray(0, input.indexOf("\n", input.length / 2) + 1);
          const args = ["append", url.replace(server.origin, front.origin), mode];
          const file = folder.newFile();
          expect(await runUntilDone(args, file, half, before)).toBeGreaterThan(1);
          expect(await runUntilDone(args, file, input, after)).toBeGreaterThan(1);
          const expected =
            mode === "--json" ? `[${input.toString().trimEnd().replaceAll("\n", ",")}]` : input.toString();
          // Not shown when it fails: it is long.
          expect((await stored(url)).toString() === expected).toBe(true);
        }),
        { numRuns: 8 },
      );
    },
    60_000,
  );
});
