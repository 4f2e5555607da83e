import "../../scripts/quiet.mjs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createTestHarness } from "wrangler";
import { entries, portable, WORKERS_ONLY } from "./entries.ts";

const installed = inject("installed");

let folder: string;
let worker: ReturnType<typeof createTestHarness>;

const fileOf = (entry: string): string => `${entry.replaceAll("/", "-")}.js`;

/** Evaluates an entry, each in a bundle of its own, and answers with the names that it exports. */
const MAIN = `export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    return Response.json(Object.keys(await import("./entries" + pathname)));
  },
};
`;

beforeAll(async () => {
  folder = await mkdtemp(join(installed, "worker-"));
  await mkdir(join(folder, "entries"));
  await Promise.all(
    entries.map((entry) =>
      build({
        stdin: { contents: `export * from "${entry}";`, resolveDir: folder },
        outfile: join(folder, "entries", fileOf(entry)),
        bundle: true,
        format: "esm",
        conditions: ["workerd", "worker", "browser"],
        external: entry === WORKERS_ONLY ? ["cloudflare:workers"] : [],
      }),
    ),
  );
  await writeFile(join(folder, "main.js"), MAIN);
  const config = {
    name: "entries",
    main: "main.js",
    compatibility_date: "2026-08-15",
    no_bundle: true,
    find_additional_modules: true,
    rules: [{ type: "ESModule", globs: ["entries/*.js"] }],
  };
  await writeFile(join(folder, "wrangler.json"), JSON.stringify(config));
  worker = createTestHarness({ workers: [{ configPath: join(folder, "wrangler.json") }] });
  await worker.listen();
});

afterAll(async () => {
  await worker?.close();
  await rm(folder, { recursive: true, force: true });
});

async function namesIn(entry: string): Promise<unknown> {
  const response = await worker.fetch(`/${fileOf(entry)}`);
  expect(response.status).toBe(200);
  return response.json();
}

describe("in a Worker without compatibility flags", () => {
  test.each(portable)("%s imports alone, and exports what it exports elsewhere", async (entry) => {
    const names = Object.keys(await import(join(folder, "entries", fileOf(entry))));
    expect(await namesIn(entry)).toEqual(names);
  });

  test("durable-object imports alone", async () => {
    expect(await namesIn(WORKERS_ONLY)).toEqual(
      expect.arrayContaining(["StreamObject", "allowAnonymous", "bearerToken", "createStreamWorker"]),
    );
  });
});
