import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DevServer, startDevServer } from "../../scripts/dev-server.ts";
import { Command, type CommandResult } from "./command.ts";
import { type Fault, NONE, startFaultyProxy } from "./faulty-proxy.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

let server: DevServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "npm-demo-"));
  server = await startDevServer({ port: 0, persist: false });
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function demo(...args: string[]): Promise<CommandResult> {
  return new Command(["node", "scripts/demo.ts", ...args], { cwd: project }).ended;
}

async function demoOf(content: string | Uint8Array, origin = server.origin): Promise<CommandResult> {
  const file = join(folder, "file");
  await writeFile(file, content);
  return demo(file, "--url", origin);
}

/** The rows of the printed table. */
function rowsOf({ stdout }: CommandResult): { name: string; messages: number; bytes: number; sha256: string }[] {
  const rows = stdout.matchAll(/^ +(file|sent|tailed|read back) +([\d,]+) +([\d,]+) .*?(\w{64})$/gm);
  return Array.from(rows, ([, name = "", messages = "", bytes = "", sha256 = ""]) => ({
    name,
    messages: Number(messages.replaceAll(",", "")),
    bytes: Number(bytes.replaceAll(",", "")),
    sha256,
  }));
}

/** What the table must say about this file. */
function expectedRows(content: string | Uint8Array, messages: number) {
  const sha256 = createHash("sha256").update(content).digest("hex");
  const bytes = Buffer.from(content).length;
  return ["file", "sent", "tailed", "read back"].map((name) => ({ name, messages, bytes, sha256 }));
}

describe("npm run demo", () => {
  test("sends the project's CHANGELOG.md through a server of its own when told nothing", async () => {
    const result = await new Command(["npm", "run", "demo"], { cwd: project }).ended;
    const changelog = await readFile(join(project, "CHANGELOG.md"));
    expect(rowsOf(result)).toEqual(expectedRows(changelog, changelog.toString().split("\n").length - 1));
    expect(result.code).toBe(0);
  });

  test.each([
    ["an empty file", "", 0],
    ["a file without a line end at its end", "one\ntwo", 2],
    ["empty lines", "\n\n\n", 3],
    ["CRLF and CR", "one\r\n\r\ntwo\rthree\r\n\r", 4],
    ["a byte order mark, NUL and characters of every length", "\ufeffé\n€\n😀\n\0\u2028\n", 4],
    ["bytes that are not UTF-8", Buffer.from("ff0aeda0800ac30a00ff", "hex"), 4],
    ["lines of several megabytes", `${"x".repeat(5_000_000)}\nshort\n${"\u0001".repeat(3_000_000)}\n`, 3],
    ["a line longer than a message may be", "y".repeat(9 * 1_024 * 1_024), 2],
  ])("brings through %s, byte for byte", async (_name, content, messages) => {
    const result = await demoOf(content);
    expect(rowsOf(result)).toEqual(expectedRows(content, messages));
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("has several requests in flight", async () => {
    const { stdout } = await demoOf("line\n".repeat(1_000));
    expect(stdout).toMatch(/^ {2}[234] requests in flight at most/m);
  });

  test("kills the network on the way, and brings through what was on it", async () => {
    const result = await demoOf("line\n".repeat(30));
    const [, cuts, repeated] = /, (\d+) connections cut on the way, (\d+) repeated$/m.exec(result.stdout) ?? [];
    // Three times while it sends and once while it reads back. Each cuts the connection that brought it about; whether
    // the other side has one at that moment or is just coming back is a matter of timing.
    expect(Number(cuts)).toBeGreaterThanOrEqual(4);
    expect(Number(repeated)).toBeGreaterThanOrEqual(4);
    expect(result.code).toBe(0);
  });

  test("stores every line once when requests and answers are lost, refused and cut", async () => {
    const content = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join("");
    const cycle: Fault[] = [
      NONE,
      { type: "lose answer" },
      NONE,
      { type: "refuse", status: 503 },
      { type: "cut answer", at: 5_000 },
    ];
    let requests = 0;
    const proxy = await startFaultyProxy(server.origin, () => {
      requests += 1;
      return cycle[requests % cycle.length] ?? NONE;
    });
    const result = await demoOf(content, proxy.origin);
    proxy.close();
    expect(rowsOf(result)).toEqual(expectedRows(content, 20_000));
    expect(result.stdout).not.toContain(" 0 repeated");
    expect(new Set(proxy.faults)).toEqual(new Set(cycle.map(({ type }) => type)));
    expect(result.code).toBe(0);
  });

  test("ends with 1 and says so when what is read back differs", async () => {
    const isCatchUp = ({ method, url = "" }: IncomingMessage) => method === "GET" && !url.includes("live=");
    const proxy = await startFaultyProxy(server.origin, (request) =>
      isCatchUp(request) ? { type: "forge answer" } : NONE,
    );
    const result = await demoOf("x\n", proxy.origin);
    proxy.close();
    expect({ code: result.code, stdout: result.stdout }).toEqual({
      code: 1,
      stdout: expect.stringContaining("differ"),
    });
  });

  test("ends with 1 and says why when the server refuses what is sent", async () => {
    const proxy = await startFaultyProxy(server.origin, ({ method }) =>
      method === "POST" ? { type: "refuse", status: 403 } : NONE,
    );
    const { code, stdout, stderr } = await demoOf("x\ny\n", proxy.origin);
    proxy.close();
    expect({ code, rows: rowsOf({ code, stdout, stderr }) }).toEqual({ code: 1, rows: [] });
    expect(stderr).toContain("The demo failed: ");
  });

  test("explains in one line that a file is missing, without starting a server", async () => {
    const { code, stdout, stderr } = await demo(join(folder, "no such file"));
    expect({ code, stdout, lines: stderr.trim().split("\n").length }).toEqual({ code: 1, stdout: "", lines: 1 });
    expect(stderr).toContain("no such file");
  });

  test("explains its use when it is given what it does not know", async () => {
    const results = await Promise.all([demo("a", "b"), demo("--what"), demo("--url", "nowhere")]);
    expect(results.map(({ code, stderr }) => [code, stderr.split("\n")[0]])).toEqual(
      results.map(() => [2, "usage: npm run demo -- [FILE] [--url ORIGIN]"]),
    );
  });
});
