import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DurableStream } from "../../src/client/index.ts";
import { startServer, type TestServer } from "../support/client/index.ts";
import { serveFetchHandler } from "../support/node-server.ts";
import { Command, type CommandResult } from "./command.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
// Inside the project, so that it finds its dependencies; in one file, as it is published.
const program = join(project, `node_modules/.cache/cli-e2e/${process.pid}.mjs`);

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startServer();
  folder = await mkdtemp(join(tmpdir(), "cli-"));
  await build({
    entryPoints: [join(project, "src/cli/main.ts")],
    outfile: program,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
  });
  // As `npx` finds it.
  const shim = join(folder, "durable-cf-streams");
  await writeFile(shim, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  await chmod(shim, 0o755);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
  await rm(program, { force: true });
});

/** A program of its own, in a folder with the files of the test. */
function started(args: readonly string[]): Command {
  return new Command([process.execPath, program, ...args], { cwd: folder });
}

/** Lines of a shell. */
function shell(lines: string, env: Record<string, string> = {}): Promise<CommandResult> {
  const PATH = [folder, process.env.PATH].join(delimiter);
  return new Command(["bash", "-euo", "pipefail", "-c", lines], { cwd: folder, env: { PATH, ...env } }).ended;
}

async function messages(url: string): Promise<unknown> {
  return (await fetch(`${url}?offset=-1`)).json();
}

test("the guide's commands do what it says", async () => {
  const url = server.streamUrl();
  const script = await readFile(join(project, "examples/snippets/cli/tour.sh"), "utf8");
  const { code, stdout, stderr } = await shell(script, { URL: url });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const printed = stdout.split("\n").filter((line) => /^\{"n"/.test(line));
  const [one, two, three] = ['{"n":1}', '{"n":2}', '{"n":3}'];
  expect(printed).toEqual([one, two, one, two, three, one, two, three]);
  expect(await messages(`${url}-draft`)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  expect((await fetch(url, { method: "HEAD" })).status).toBe(410);
});

test("a reader that has enough ends the pipe in silence, with 0", async () => {
  const url = server.streamUrl();
  const body = JSON.stringify(Array.from({ length: 40_000 }, (_, n) => ({ n, text: "more than a pipe holds" })));
  await fetch(url, { method: "PUT", headers: { "Content-Type": "application/json" }, body });
  expect(await shell(`durable-cf-streams cat "$URL" | head -n 1`, { URL: url })).toEqual({
    code: 0,
    stdout: '{"n":0,"text":"more than a pipe holds"}\n',
    stderr: "",
  });
});

test("a wrong command line ends with 2, a failure with 1, and both keep standard output empty", async () => {
  const [wrong, failed] = [started(["cat", "nowhere"]), started(["cat", server.streamUrl(), "--json"])];
  expect(await wrong.ended).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("See: ") });
  expect(await failed.ended).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining('"status":404') });
});

test("Ctrl-C ends tail with 130, SIGTERM with 143, and the next one goes on where it was", async () => {
  const stream = new DurableStream({ url: server.streamUrl() });
  await stream.create({ messages: [1] });
  const args = ["tail", stream.url, "--from", "start", "--checkpoint", "live.ckpt"];
  await using first = started(args);
  await first.output(/^1$/m);
  first.interrupt();
  expect(await first.ended).toEqual({ code: 130, stdout: "1\n", stderr: "" });
  await stream.append(2);
  await using second = started(args);
  await second.output(/^2$/m);
  second.kill("SIGTERM");
  expect(await second.ended).toEqual({ code: 143, stdout: "2\n", stderr: "" });
  await stream.append(3);
  await stream.close();
  expect(await started(args).ended).toEqual({ code: 0, stdout: "3\n", stderr: "" });
});

test("a command that has failed ends though its input goes on", async () => {
  const stream = new DurableStream({ url: server.streamUrl() });
  await stream.create({ closed: true });
  await using waiting = new Command([
    "bash",
    "-c",
    'exec "$0" append "$1" < <(echo 1; exec tail -f /dev/null)',
    ...[join(folder, "durable-cf-streams"), stream.url],
  ]);
  expect(await waiting.ended).toMatchObject({ code: 1, stderr: expect.stringContaining("StreamClosedError: ") });
});

test("an import that is killed and run again stores every line exactly once", async () => {
  const stream = new DurableStream({ url: server.streamUrl() });
  await stream.create();
  const lines = Array.from({ length: 20_000 }, (_, n) => `{"n":${n},"text":"${"x".repeat(n % 200)}"}`);
  await writeFile(join(folder, "big.ndjson"), `${lines.join("\n")}\n`);
  const script = await readFile(join(project, "examples/snippets/cli/import.sh"), "utf8");
  let requests = 0;
  let running: Command | undefined;
  const front = await serveFetchHandler(async (request) => {
    requests += request.method === "POST" ? 1 : 0;
    // In the middle of what is sent, some of it stored and not acknowledged.
    if (requests === 3) running?.kill("SIGKILL");
    return server.handler(request);
  });
  const url = stream.url.replace(server.origin, front.origin);
  const input = 'exec durable-cf-streams append "$URL" --checkpoint import.ckpt --close < big.ndjson';
  expect(script).toContain(input.replace("exec ", ""));
  const env = { PATH: [folder, process.env.PATH].join(delimiter), URL: url };
  await using killed = new Command(["bash", "-c", input], { cwd: folder, env });
  running = killed;
  expect(await killed.ended).toMatchObject({ code: null, stdout: "" });
  running = undefined;
  const again = await shell(script, { URL: url });
  await front.close();
  expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: "" });
  expect(await (await fetch(`${stream.url}?offset=-1`)).text()).toBe(`[${lines.join(",")}]`);
  expect(await stream.head()).toMatchObject({ closed: true });
  // The second run did not append everything: the first had come so far.
  expect(Number(/^messages +(\d+)$/m.exec(again.stdout)?.[1])).toBeLessThan(lines.length);
});
