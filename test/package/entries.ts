import { readFile } from "node:fs/promises";

const { exports }: { exports: Record<string, unknown> } = JSON.parse(
  await readFile(new URL("../../package.json", import.meta.url), "utf8"),
);

/** What users import, by its full name: every entry of the package that is code. */
export const entries: readonly string[] = Object.keys(exports)
  .filter((path) => path !== "./package.json")
  .map((path) => path.replace(/^\./, "durable-cf-streams"));

/** The one that needs `cloudflare:workers`. */
export const WORKERS_ONLY = "durable-cf-streams/durable-object";

/** What can be imported in any runtime. */
export const portable: readonly string[] = entries.filter((entry) => entry !== WORKERS_ONLY);

/** What is typed without the types of Workers. */
export const typedAnywhere: readonly string[] = ["", "/client", "/server", "/storage", "/storage/memory"].map(
  (path) => `durable-cf-streams${path}`,
);
