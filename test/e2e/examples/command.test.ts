import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Command } from "../command.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));

test("an example runs with one command, and ends with Ctrl-C", async () => {
  const data = await mkdtemp(join(tmpdir(), "example-"));
  const command = ["npm", "run", "example:quickstart", "--", "--port", "0", "--persist-to", data];
  await using example = new Command(command, { cwd: project });
  const [, origin = ""] = await example.output(/Ready on (http:\/\/localhost:\d+)/);
  const page = await fetch(origin);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("durable-cf-streams")]);
  example.interrupt();
  await example.ended;
  await expect(fetch(origin)).rejects.toThrow();
  await rm(data, { recursive: true });
});

test("an example that is not there is said to be missing", async () => {
  const { code, stderr } = await new Command(["node", "scripts/example.ts", "nothing"], { cwd: project }).ended;
  expect([code, stderr]).toEqual([2, 'There is no example "nothing". Look into examples/.\n']);
});
