import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const IN_MEMORY = "/dev/shm";
/** Several times what all tests together keep there. */
const ROOM = 4 * 2 ** 30;

/**
 * A new folder, kept in memory where that can be: the simulators of the platform write each object, each value and each
 * transaction to a file, and do little else.
 *
 * @param {string} prefix Begins its name.
 * @returns {string} Its path.
 */
export function temporaryFolder(prefix) {
  return folderInMemory(prefix) ?? mkdtempSync(join(tmpdir(), prefix));
}

/**
 * @param {string} prefix
 * @returns {string | undefined} Nothing where there is none, or no room to spare, or programs may not be run from it.
 */
function folderInMemory(prefix) {
  let folder;
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    if (bavail * bsize < ROOM || process.availableMemory() < 2 * ROOM) return undefined;
    folder = mkdtempSync(join(IN_MEMORY, prefix));
    const program = join(folder, "program");
    writeFileSync(program, "#!/bin/sh\n", { mode: 0o700 });
    if (spawnSync(program).status === 0) return folder;
  } catch {
    // A machine of another kind.
  }
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  return undefined;
}
