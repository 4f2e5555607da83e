import { residentBytes } from "../../bench/runtime/process-memory.ts";
import { startBareWorkerd } from "../support/bare-workerd.ts";
import type { Target } from "./target.ts";

/** `StreamObject` behind its Worker. */
export async function startWorker(): Promise<Target> {
  const { origin, pid, stop } = await startBareWorkerd(new URL("worker.ts", import.meta.url), "Besieged");
  return {
    origin,
    vitals: async (path) => (await fetch(`${origin}/v1/stream/${path}?vitals`)).json(),
    memory: () => residentBytes(pid),
    stop,
  };
}
