import { readdirSync, readFileSync } from "node:fs";

const NS_PER_MS = 1e6;

/**
 * Processor time that a process has used in all its threads, in ms.
 *
 * Read from the scheduler's own account, to the nanosecond: the ticks of `/proc/<pid>/stat` are too coarse for the time
 * of a few hundred requests. Threads that have ended are not counted; workerd keeps its threads.
 */
export function cpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  let ns = 0;
  for (const thread of readdirSync(tasks)) {
    const [running = ""] = readFileSync(`${tasks}/${thread}/schedstat`, "utf8").split(" ", 1);
    ns += Number(running);
  }
  return ns / NS_PER_MS;
}
