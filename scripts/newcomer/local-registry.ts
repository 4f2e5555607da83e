import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const installed = (name: string): string => fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url));

/**
 * What `npm install` is to be given in place of this package's name: its tarball and, unless the registry may be asked, the
 * folders in which `npm ci` put what the package depends on. Nothing else is handed over, so that an import of what the
 * package does not declare fails as it would for its users.
 *
 * @param tarball - Path of the packed package.
 * @param options - `online`: whether npm may ask the registry for the dependencies.
 */
export async function packageSpecs(tarball: string, { online }: { online: boolean }): Promise<string[]> {
  if (online) return [tarball];
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(text);
  return [tarball, ...Object.keys(dependencies).map(installed)];
}

/** The same for a tool of this project: the folder in which `npm ci` put it. */
export function toolSpec(name: string, { online }: { online: boolean }): string {
  return online ? name : installed(name);
}
