import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runTool } from "../../scripts/newcomer/run-tool.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "release-"));
  await Promise.all(
    [".changeset", "CHANGELOG.md", "package.json"].map((path) =>
      cp(join(project, path), join(folder, path), { recursive: true }),
    ),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("pending changesets become the next version, and its section of the changelog above the older ones", async () => {
  const read = (path: string): Promise<string> => readFile(join(folder, path), "utf8");
  const { version: before }: { version: string } = JSON.parse(await read("package.json"));
  const changelog = await read("CHANGELOG.md");
  await writeFile(
    join(folder, ".changeset/from-a-test.md"),
    '---\n"durable-cf-streams": minor\n---\n\nStreams can sing.\n',
  );

  const changeset = join(project, "node_modules/@changesets/cli/bin.js");
  await runTool([process.execPath, changeset, "version"], { cwd: folder });

  const { version }: { version: string } = JSON.parse(await read("package.json"));
  expect(version).not.toBe(before);
  const at = changelog.search(/^## /m);
  const section = (await read("CHANGELOG.md")).slice(at, -changelog.slice(at).length);
  expect(section.split("\n", 1)).toEqual([`## ${version}`]);
  expect(section).toContain("\n- Streams can sing.\n");
  expect(await read("CHANGELOG.md")).toBe(changelog.slice(0, at) + section + changelog.slice(at));
});
