// Builds the page of an example: node examples/page/build.ts EXAMPLE
//
// Its `page/main.ts` and all that it imports become one script in `dist/`; the rest of the page lies beside it: what the
// pages of all examples share, and what the example has in `page/static/`. Wrangler serves that folder as static assets.
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { context, type OutputFile, type Plugin } from "esbuild";

const examples = fileURLToPath(new URL("..", import.meta.url));

/** A page that was built, and may be built again. */
export interface BuiltPage {
  /** Ends what {@link buildPage} was asked to watch. */
  dispose(): Promise<void>;
}

/**
 * Builds the page of one example.
 *
 * @param example Name of its folder.
 * @param options Whether to build it again whenever a file changes; no unless given.
 * @throws What the bundler has against it.
 */
export async function buildPage(example: string, { watch = false } = {}): Promise<BuiltPage> {
  const page = join(examples, example, "page");
  const assets = [...(await filesIn(join(examples, "page/static"))), ...(await filesIn(join(page, "static")))];
  const bundler = await context({
    // By name, so that an example's own file takes the place of one that is shared.
    entryPoints: Object.fromEntries([["main", join(page, "main.ts")], ...assets.map(outputOf)]),
    outdir: join(examples, example, "dist"),
    bundle: true,
    minify: true,
    sourcemap: "linked",
    format: "esm",
    target: "es2022",
    loader: { ".html": "copy", ".css": "copy", ".svg": "copy" },
    logLevel: "warning",
    write: false,
    plugins: [writeWhatChanged],
  });
  await bundler.rebuild();
  if (watch) await bundler.watch();
  else await bundler.dispose();
  return { dispose: () => bundler.dispose() };
}

/** Another process may be serving these very files: what is the same is left alone, what is not changes in one step. */
const writeWhatChanged: Plugin = {
  name: "write-what-changed",
  setup: (build) => build.onEnd(async ({ outputFiles = [] }) => void (await Promise.all(outputFiles.map(write)))),
};

async function write({ path, contents }: OutputFile): Promise<void> {
  const before = await readFile(path).catch(() => undefined);
  if (before?.equals(contents)) return;
  const temporary = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => join(folder, name));
}

/** esbuild adds the extension. */
function outputOf(file: string): [output: string, file: string] {
  const [, name = ""] = /([^/\\]+?)(\.\w+)?$/.exec(file) ?? [];
  return [name, file];
}

if (import.meta.main) {
  const [example] = process.argv.slice(2);
  if (example === undefined) throw new Error("usage: node examples/page/build.ts EXAMPLE");
  await buildPage(example);
}
