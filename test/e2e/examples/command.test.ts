import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Command } from "../command.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));

/** One of each kind of command, and what `/` answers there: a page, or what a Worker says that knows no such stream. */
const EXAMPLES: readonly [name: string, status: number][] = [
  ["quickstart", 200],
  ["plain-worker-d1", 404],
  ["r2", 404],
];

test("all examples have a command of one of these kinds", async () => {
  const scripts: Record<string, string> = JSON.parse(await readFile(join(project, "package.json"), "utf8")).scripts;
  const workers = Object.entries(scripts).filter(
    ([name]) => name.startsWith("example:") && !name.endsWith("-consumer"),
  );
  expect(workers.length).toBe(7);
  for (const [key, command] of workers) {
    const name = key.slice("example:".length);
    const direct = `node scripts/run.mjs wrangler dev --config examples/${name}/wrangler.jsonc --var STREAM_TOKEN:secret`;
    const kinds = [
      `node scripts/example.ts ${name}`,
      `node scripts/example.ts ${name} --var STREAM_SECRET:local`,
      direct,
    ];
    expect(kinds).toContain(command);
    await access(join(project, "examples", name, "wrangler.jsonc"));
  }
});

test.each(EXAMPLES)("the example %s runs with one command, and ends with Ctrl-C", async (name, status) => {
  const data = await mkdtemp(join(tmpdir(), "example-"));
  const command = ["npm", "run", `example:${name}`, "--", "--port", "0", "--persist-to", data];
  await using example = new Command(command, { cwd: project });
  const [, origin = ""] = await example.output(/Ready on (http:\/\/localhost:\d+)/);
  expect((await fetch(origin)).status).toBe(status);
  example.interrupt();
  await example.ended;
  await expect(fetch(origin)).rejects.toThrow();
  await rm(data, { recursive: true });
});

test("an example that is not there is said to be missing", async () => {
  const { code, stderr } = await new Command(["node", "scripts/example.ts", "nothing"], { cwd: project }).ended;
  expect([code, stderr]).toEqual([2, 'There is no example "nothing". Look into examples/.\n']);
});
