import { readFileSync, writeFileSync } from "node:fs";

const SAMPLE_MS = 20;
const BYTES_PER_KB = 1024;

/** Resident memory of a process now, in bytes. */
export const residentBytes = (pid: number): number => statusBytes(pid, "VmRSS");

/**
 * Watches a process for its peak of resident memory, from outside.
 *
 * The kernel keeps the peak itself. Where its record may be reset, that is exact; elsewhere the highest of the samples
 * taken every 20 ms stands for it.
 */
export class MemoryWatch {
  /** Resident memory when the watch began, in bytes. */
  readonly baseline: number;
  readonly #pid: number;
  readonly #exact: boolean;
  readonly #timer: NodeJS.Timeout;
  #highest: number;

  /** @param pid Process to watch; the watch begins at once. */
  constructor(pid: number) {
    this.#pid = pid;
    this.baseline = residentBytes(pid);
    this.#highest = this.baseline;
    this.#exact = resetPeak(pid);
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** Ends the watch. @returns How far the peak lay above the beginning, in bytes. */
  stop(): number {
    clearInterval(this.#timer);
    this.#sample();
    return this.#highest - this.baseline;
  }

  #sample(): void {
    const now = statusBytes(this.#pid, this.#exact ? "VmHWM" : "VmRSS");
    this.#highest = Math.max(this.#highest, now);
  }
}

/**
 * Runs an action and watches a process meanwhile.
 *
 * @returns How far its resident memory rose above where it was, in bytes.
 */
export async function memoryGrowth(pid: number, action: () => Promise<void>): Promise<number> {
  const watch = new MemoryWatch(pid);
  try {
    await action();
  } catch (error) {
    watch.stop();
    throw error;
  }
  return watch.stop();
}

/** Writing 5 makes the present value the peak (proc(5)); not everyone may. */
function resetPeak(pid: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
    return true;
  } catch {
    return false;
  }
}

function statusBytes(pid: number, field: "VmRSS" | "VmHWM"): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  if (match === null) throw new Error(`/proc/${pid}/status has no ${field}`);
  return Number(match[1]) * BYTES_PER_KB;
}
