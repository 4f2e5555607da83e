import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { newcomersEnvironment } from "../../scripts/newcomer/environment.ts";
import { packageSpecs } from "../../scripts/newcomer/local-registry.ts";
import { runTool } from "../../scripts/newcomer/run-tool.ts";
import { packPackage, type Tarball } from "../../scripts/newcomer/tarball.ts";

declare module "vitest" {
  /** The packed package. */
  export interface ProvidedContext {
    tarball: Tarball;
    /** A folder outside of the project, with a `package.json`, in which it is installed with its dependencies. */
    installed: string;
  }
}

/** Packs the package and installs it, once for all tests of the project. Returns the teardown. */
export default async function install(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "package-"));
  const tarball = await packPackage(folder);
  await writeFile(join(folder, "package.json"), '{ "name": "consumer", "private": true, "type": "module" }\n');
  const specs = await packageSpecs(tarball.path, { online: false });
  await runTool(["npm", "install", ...specs], { cwd: folder, env: newcomersEnvironment({ online: false }) });
  project.provide("tarball", tarball);
  project.provide("installed", folder);
  return () => rm(folder, { recursive: true, force: true });
}
