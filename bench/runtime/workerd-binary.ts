import { createRequire } from "node:module";

/** The runtime that a run measures. */
export interface WorkerdBinary {
  /** Path of the executable. */
  readonly path: string;
  /** Version of its package. */
  readonly version: string;
}

/**
 * Finds the newest workerd of the installed toolchain: the one that wrangler brings along.
 *
 * @throws Error when it is not installed, or does not look as expected.
 */
export function findWorkerd(): WorkerdBinary {
  const fromWrangler = createRequire(createRequire(import.meta.url).resolve("wrangler/package.json"));
  const path = stringMember(fromWrangler("workerd"), "default");
  const version = stringMember(fromWrangler("workerd/package.json"), "version");
  return { path, version };
}

function stringMember(module: unknown, name: string): string {
  const value: unknown = typeof module === "object" && module !== null ? Reflect.get(module, name) : undefined;
  if (typeof value === "string") return value;
  throw new Error(`The installed workerd package has no "${name}"`);
}
