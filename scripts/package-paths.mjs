// What `durable-cf-streams/…` is in this repository: the table that TypeScript and bundlers go by.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const config = readFileSync(new URL("tsconfig.base.json", root), "utf8").replaceAll(/^\s*\/\/.*$/gm, "");
/** @type {Record<string, [string]>} */
const paths = JSON.parse(config).compilerOptions.paths;

/** Paths of source files by the names that users import. @type {ReadonlyMap<string, string>} */
export const packagePaths = new Map(
  Object.entries(paths).map(([name, [path]]) => [name, fileURLToPath(new URL(path, root))]),
);
