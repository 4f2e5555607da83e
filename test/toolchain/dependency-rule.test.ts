import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
const rule = "lint/style/noRestrictedImports";

/** A source folder and what a file in it may or may not import. */
type Row = readonly [folder: string, specifier: string];

const forbidden: readonly Row[] = [
  ["src/shared", "../server/http/index.ts"],
  ["src/shared", "../server"],
  ["src/shared", "../client/index.ts"],
  ["src/shared", "cloudflare:workers"],
  ["src/shared", "node:crypto"],
  ["src/shared", "durable-cf-streams/server"],
  ["src/client", "../server/http/index.ts"],
  ["src/client", "cloudflare:workers"],
  ["src/client", "../cli/run.ts"],
  ["src/shared", "../cli/run.ts"],
  ["src/server/http", "../../cli/run.ts"],
  ["src/cli", "../server/http/index.ts"],
  ["src/cli", "../client/reader/index.ts"],
  ["src/cli/commands", "../../client/producer/window.ts"],
  ["src/cli", "cloudflare:workers"],
  ["src/cli", "durable-cf-streams/client"],
  ["src/server", "../client/index.ts"],
  ["src/server", "./http/index.ts"],
  ["src/server/http", "../../client/index.ts"],
  ["src/server/http", "../storage/index.ts"],
  ["src/server/http", "../storage/engine/append.ts"],
  ["src/server/http", "../storage/memory/index.ts"],
  ["src/server/http", "../storage/sqlite/index.ts"],
  ["src/server/http", "../durable-object/index.ts"],
  ["src/server/http", "cloudflare:workers"],
  ["src/server/http/live", "../../storage/memory/index.ts"],
  ["src/server/storage/contract", "../engine/index.ts"],
  ["src/server/storage/contract", "../memory/index.ts"],
  ["src/server/storage/engine", "../sqlite/index.ts"],
  ["src/server/storage/engine/rules", "../../memory/index.ts"],
  ["src/server/storage/sqlite", "../../http/index.ts"],
  ["src/server/storage/sqlite", "../../durable-object/index.ts"],
  ["src/server/storage/sqlite", "../../../client/index.ts"],
  ["src/server/storage/sqlite", "cloudflare:workers"],
  ["src/server/durable-object", "../../client/index.ts"],
];

const legal: readonly Row[] = [
  ["src/shared", "./offsets.ts"],
  ["src/shared", "valibot"],
  ["src/client", "../shared/index.ts"],
  ["src/cli", "../client/index.ts"],
  ["src/cli/commands", "../../client/index.ts"],
  ["src/cli", "../shared/index.ts"],
  ["src/cli", "node:process"],
  ["src/cli", "commander"],
  ["src/server/http", "../../shared/index.ts"],
  ["src/server/http", "../storage/contract/index.ts"],
  ["src/server/http/live", "../../storage/contract/store.ts"],
  ["src/server/storage/engine", "../contract/index.ts"],
  ["src/server/storage/memory", "../engine/index.ts"],
  ["src/server/storage/sqlite", "../engine/index.ts"],
  ["src/server/durable-object", "cloudflare:workers"],
  ["src/server/durable-object", "../http/index.ts"],
  ["src/server/durable-object", "../storage/sqlite/index.ts"],
];

/** Every way in which a module can name another. */
const forms = {
  static: (specifier: string) => `import { a } from "${specifier}";\n\na();\n`,
  type: (specifier: string) => `import type { A } from "${specifier}";\n\nexport type B = A;\n`,
  dynamic: (specifier: string) => `export const a = () => import("${specifier}");\n`,
  reexport: (specifier: string) => `export * from "${specifier}";\n`,
};

const cases = [...forbidden, ...legal].flatMap(([folder, specifier], row) =>
  Object.entries(forms).map(([form, render]) => ({
    path: `${folder}/case-${row}-${form}.ts`,
    source: render(specifier),
    forbidden: row < forbidden.length,
    title: `${folder} → ${specifier} (${form})`,
  })),
);

let sandbox = "";
let violations: ReadonlySet<string> = new Set();

// One run over a copy of the configuration: biome in stdin mode prints the source back and reports no diagnostics.
beforeAll(async () => {
  sandbox = await mkdtemp(join(tmpdir(), "dependency-rule-"));
  const configuration = await readFile(join(root, "biome.json"), "utf8");
  await writeFile(join(sandbox, "biome.json"), configuration.replace(/^\s*"\$schema".*\n/m, ""));
  await copyFile(join(root, ".gitignore"), join(sandbox, ".gitignore"));
  for (const { path, source } of cases) {
    await mkdir(dirname(join(sandbox, path)), { recursive: true });
    await writeFile(join(sandbox, path), source);
  }
  violations = pathsThatBreakTheRule(await runBiome());
});

afterAll(() => rm(sandbox, { recursive: true, force: true }));

describe("the linter refuses imports against the dependency rule", () => {
  for (const { title, path } of cases.filter((entry) => entry.forbidden)) {
    test(title, () => {
      expect(violations).toContain(path);
    });
  }
});

describe("the linter accepts imports along the dependency rule", () => {
  for (const { title, path } of cases.filter((entry) => !entry.forbidden)) {
    test(title, () => {
      expect(violations).not.toContain(path);
    });
  }
});

function runBiome(): Promise<string> {
  const args = [biome, "lint", "--only=style/noRestrictedImports", "--max-diagnostics=none", "--reporter=json", "."];
  return new Promise((resolve) => {
    // Biome exits with 1 on any violation, which is what this test is after: its report decides, not its exit code.
    execFile(process.execPath, args, { cwd: sandbox, maxBuffer: 1 << 26 }, (_error, stdout) => resolve(stdout));
  });
}

function pathsThatBreakTheRule(report: string): ReadonlySet<string> {
  const { diagnostics }: { diagnostics: { category: string; location: { path: string } }[] } = JSON.parse(report);
  return new Set(diagnostics.filter(({ category }) => category === rule).map(({ location }) => location.path));
}
