import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTestCounts } from "../../scripts/test-report.mjs";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "test-report-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** Writes a report of files, each with the outcomes of its tests. */
async function report(name: string, files: Record<string, { status: string; tests: readonly string[] }>) {
  const testResults = Object.entries(files).map(([path, { status, tests }]) => ({
    name: resolve(path),
    status,
    assertionResults: tests.map((outcome) => ({ status: outcome })),
  }));
  const path = join(folder, name);
  await writeFile(path, JSON.stringify({ testResults }));
  return path;
}

describe("the counts of npm test", () => {
  test("add up what reports say, by folder and by file", async () => {
    const one = await report("one.json", {
      "test/a/x.test.ts": { status: "passed", tests: ["passed", "passed", "pending"] },
      "test/b/y.test.ts": { status: "failed", tests: ["passed", "failed", "todo"] },
    });
    const two = await report("two.json", { "test/a/x.test.ts": { status: "passed", tests: ["passed"] } });
    const { folders, files } = await readTestCounts([one, two]);
    const expected = [
      { passed: 3, failed: 0, skipped: 1 },
      { passed: 1, failed: 1, skipped: 1 },
    ] as const;
    expect(Object.fromEntries(folders)).toEqual({ "test/a": expected[0], "test/b": expected[1] });
    expect(Object.fromEntries(files)).toEqual({ "test/a/x.test.ts": expected[0], "test/b/y.test.ts": expected[1] });
  });

  test("count a failure for a file that could not be loaded", async () => {
    const path = await report("load.json", { "test/a/x.test.ts": { status: "failed", tests: [] } });
    const { files } = await readTestCounts([path]);
    expect(files.get("test/a/x.test.ts")).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("are none where there is no whole report", async () => {
    const half = join(folder, "half.json");
    await writeFile(half, '{"testResults": [');
    const { folders, files } = await readTestCounts([join(folder, "missing.json"), half]);
    expect([folders.size, files.size]).toEqual([0, 0]);
  });
});
