import { readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import process from "node:process";
import { CheckpointBusyError } from "../errors.ts";

/** Whether a process of this machine is there. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process cannot be signalled, and is there all the same.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Makes this process the only one that uses a file.
 *
 * Each process announces itself in a file of its own and only then looks for others. So two that come at the same time
 * both give up, rather than both going on; and what a killed one has left can be removed by anybody at any time.
 *
 * @param file What to own; need not exist.
 * @returns Gives it up.
 * @throws CheckpointBusyError when another process has it.
 */
export async function lock(file: string): Promise<() => Promise<void>> {
  const folder = dirname(resolve(file));
  const prefix = `${basename(file)}.`;
  const announcement = join(folder, `${prefix}${process.pid}.lock`);
  await writeFile(announcement, "");
  const release = (): Promise<void> => rm(announcement, { force: true });
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(prefix) ? Number(/^(\d+)\.lock$/.exec(name.slice(prefix.length))?.[1]) : Number.NaN;
    if (Number.isNaN(pid) || pid === process.pid) continue;
    if (isAlive(pid)) {
      await release();
      throw new CheckpointBusyError({ file, owner: pid });
    }
    await rm(join(folder, name), { force: true });
  }
  return release;
}
