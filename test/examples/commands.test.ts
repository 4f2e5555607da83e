import { glob, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): Promise<string> => readFile(`${root}${path}`, "utf8");
const { scripts }: { scripts: Record<string, string> } = JSON.parse(await read("package.json"));

const NAMES = ["quickstart", "ai-tokens", "node-consumer", "durable-object", "plain-worker-d1"];

test.each(NAMES)("examples/%s says which one command runs it, and that command exists", async (name) => {
  const readme = await read(`examples/${name}/README.md`);
  expect(readme).toContain(`npm run example:${name}`);
  expect(scripts[`example:${name}`]).toContain(name);
});

test.each(NAMES)("examples/%s has every file that its README links to", async (name) => {
  const readme = await read(`examples/${name}/README.md`);
  const links = [...readme.matchAll(/\]\(((?!http)[^)#]+\.\w+)\)/g)].map(([, path]) => path ?? "");
  expect(links.length).toBeGreaterThan(0);
  await expect(Promise.all(links.map((path) => read(`examples/${name}/${path}`)))).resolves.toHaveLength(links.length);
});

test("examples import the package by its name, as a reader's own project would", async () => {
  const inside: string[] = [];
  let files = 0;
  for await (const path of glob("examples/**/*.ts", { cwd: root, exclude: ["**/.wrangler", "**/dist"] })) {
    const specifiers = (await read(path)).matchAll(/from "(\.[^"]+)"/g);
    files += 1;
    for (const [, specifier = ""] of specifiers) {
      const target = fileURLToPath(new URL(specifier, `file://${root}${path}`));
      if (target.startsWith(`${root}src/`)) inside.push(`${path}: ${specifier}`);
    }
  }
  expect(inside).toEqual([]);
  expect(files).toBeGreaterThan(50);
});
