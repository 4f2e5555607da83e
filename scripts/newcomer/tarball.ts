import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool } from "./run-tool.ts";

/** The package as it would be published. */
export interface Tarball {
  /** Path of the file. */
  readonly path: string;
  /** Size of the file, in bytes. */
  readonly size: number;
  /** Size of what is in it, in bytes. */
  readonly unpackedSize: number;
  /** Paths of what is in it, with `/`. */
  readonly files: readonly string[];
}

const project = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Packs the package with `npm pack`, and builds it before that when a source is newer than what was built.
 *
 * @param folder - Folder to write the tarball to.
 * @throws Error with the output of the bundler or of npm when one of them fails.
 */
export async function packPackage(folder: string): Promise<Tarball> {
  if (await isStale()) await runTool(["tsup"], { cwd: project });
  const { stdout } = await runTool(["npm", "pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: project,
  });
  const [packed]: { filename: string; size: number; unpackedSize: number; files: { path: string }[] }[] =
    JSON.parse(stdout);
  if (packed === undefined) throw new Error(`npm packed nothing:\n${stdout}`);
  const { filename, size, unpackedSize, files } = packed;
  return { path: join(folder, filename), size, unpackedSize, files: files.map(({ path }) => path) };
}

/** The declarations of the entries are what the bundler writes last. */
async function isStale(): Promise<boolean> {
  const built = await stat(join(project, "dist/client.d.ts")).catch(() => undefined);
  if (built === undefined) return true;
  const sources = await readdir(join(project, "src"), { recursive: true, withFileTypes: true });
  const paths = sources.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const changed = await Promise.all([join(project, "tsup.config.ts"), ...paths].map((path) => stat(path)));
  return changed.some(({ mtimeMs }) => mtimeMs > built.mtimeMs);
}
