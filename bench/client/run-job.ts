import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ChildMessage, Job, JobResult } from "./job.ts";

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));
/** No job of a client that makes progress takes so long. */
const PATIENCE_MS = 120_000;

/** What came of a job, or why nothing came of it. */
export type Outcome = JobResult | { readonly error: string };

/** How a run can be followed. */
export interface RunOptions {
  /** Called when the child listens for events. */
  readonly onLive?: () => void;
}

/**
 * Runs a job in a process of its own.
 *
 * @param job What to do.
 * @returns What was measured; what the client threw, or that it did not come to an end in two minutes.
 */
export function runJob(job: Job, { onLive }: RunOptions = {}): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const child = fork(CHILD, [JSON.stringify(job)]);
  const kill = (): void => void child.kill("SIGKILL");
  const timer = setTimeout(() => {
    resolve({ error: "did not end in two minutes" });
    kill();
  }, PATIENCE_MS);
  process.once("exit", kill);
  // The only one who writes here is the child of this folder.
  child.on("message", (message: ChildMessage) => {
    if (message.type === "live") onLive?.();
    else if (message.type === "done") resolve(message.result);
    else resolve({ error: message.error });
  });
  child.once("error", reject);
  child.once("exit", () => {
    clearTimeout(timer);
    process.off("exit", kill);
    resolve({ error: "ended without a word" });
  });
  return promise;
}
