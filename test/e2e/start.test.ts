import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Command } from "./command.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

let data: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "npm-start-"));
});

afterEach(async () => {
  await rm(data, { recursive: true, force: true });
});

function npmStart(...args: string[]): Command {
  return new Command(["npm", "start", "--", "--data", data, ...args], { cwd: project });
}

/** The address that it prints, and the three commands, exactly as they stand there. */
async function printed(start: Command): Promise<{ origin: string; create: string; append: string; tail: string }> {
  const [, origin = ""] = await start.output(/on (http:\/\/localhost:\d+)/);
  const line = async (name: string) => (await start.output(new RegExp(`${name} +(curl .*)\n`)))[1] ?? "";
  return { origin, create: await line("create"), append: await line("append"), tail: await line("tail") };
}

function paste(line: string): Command {
  return new Command(["sh", "-c", line]);
}

describe("npm start", () => {
  test("prints three lines that create a stream, append to it and tail it live when pasted", async () => {
    await using start = npmStart("--port", "0");
    const { create, append, tail } = await printed(start);
    expect((await paste(create).ended).code).toBe(0);
    await using tailing = paste(tail);
    await tailing.output(/event: control/);
    expect((await paste(append).ended).code).toBe(0);
    await tailing.output(/event: data\ndata:\[\{"hello":"world"\}\]\n/);
  });

  test("serves a page", async () => {
    await using start = npmStart("--port", "0");
    const { origin } = await printed(start);
    const response = await fetch(origin);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await response.text()).toContain("<title>durable-cf-streams</title>");
  });

  test("keeps streams between runs", async () => {
    const contents: string[] = [];
    for (const _run of ["first", "second"]) {
      await using start = npmStart("--port", "0");
      const { origin, create, append } = await printed(start);
      await paste(create).ended;
      await paste(append).ended;
      contents.push(await (await fetch(`${origin}/v1/stream/hello`)).text());
      start.interrupt();
      await start.ended;
    }
    expect(contents).toEqual(['[{"hello":"world"}]', '[{"hello":"world"},{"hello":"world"}]']);
    expect(await readdir(data)).not.toEqual([]);
  });

  test.each([
    ["Ctrl-C, which interrupts all that it has started", (start: Command) => start.interrupt()],
    ["SIGTERM, which reaches npm alone", (start: Command) => start.kill("SIGTERM")],
  ])("ends without a complaint, and its readers with it, on %s", async (_name, stop) => {
    await using start = npmStart("--port", "0");
    const { origin, create, tail } = await printed(start);
    await paste(create).ended;
    await using tailing = paste(tail);
    await tailing.output(/event: control/);
    stop(start);
    const [{ stderr }] = await Promise.all([start.ended, tailing.ended]);
    expect(complaintsIn(stderr)).toEqual([]);
    await expect(fetch(origin)).rejects.toThrow();
  });

  test("ends with 0 on Ctrl-C", async () => {
    await using start = new Command(["node", "scripts/start.mjs", "--port", "0", "--data", data], { cwd: project });
    await printed(start);
    start.interrupt();
    expect(await start.ended).toMatchObject({ code: 0, stderr: "" });
  });

  test("says in one line that the port is taken, and which command takes another", async () => {
    const other = createServer().listen(0, "localhost");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await using start = new Command(["node", "scripts/start.mjs", "--port", String(port), "--data", data], {
      cwd: project,
    });
    const { code, stdout, stderr } = await start.ended;
    other.close();
    expect({ code, stdout, lines: stderr.trim().split("\n").length }).toEqual({ code: 1, stdout: "", lines: 1 });
    expect(stderr).toContain(`Port ${port} is taken`);
    expect(stderr).toContain(`npm start -- --port ${port + 1}`);
  });

  test("takes its port from the environment too", async () => {
    await using start = new Command(["node", "scripts/start.mjs", "--data", data], {
      cwd: project,
      env: { PORT: "nonsense" },
    });
    expect(await start.ended).toMatchObject({
      code: 2,
      stderr: '--port takes a number from 0 to 65535, not "nonsense"\n',
    });
  });
});

/** What is on standard error besides npm's own words about the machine's configuration. */
function complaintsIn(stderr: string): string[] {
  return stderr.split("\n").filter((line) => line !== "" && !line.startsWith("npm "));
}
