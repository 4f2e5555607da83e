import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** Path of the browser's executable. */
    chromium: string;
  }
}

/**
 * Unpacks the Chromium that came with `npm ci`, once for all tests: the package itself would have the first two processes
 * that want it write it at the same time, and would take for it whatever an earlier run left half done.
 */
export default async function unpack(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "chromium-"));
  const { TMPDIR } = process.env;
  // The package knows no other way to be told where.
  process.env.TMPDIR = folder;
  try {
    project.provide("chromium", await chromium.executablePath());
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
  return () => rm(folder, { recursive: true, force: true });
}
