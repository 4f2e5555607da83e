// One job with one client, in a process of its own, so that its memory and its processor time are the client's.
import { MemoryWatch } from "../runtime/process-memory.ts";
import { type Contender, loadContender } from "./contenders/contender.ts";
import type { ChildMessage, Job, JobResult } from "./job.ts";
import { MessageDigest, messagesOf } from "./messages.ts";

const MICROSECONDS = 1e6;
const MILLISECONDS = 1e3;

function say(message: ChildMessage): void {
  process.send?.(message);
}

/** Checks that every message comes, once and in its place. @returns A hash of them, where one is asked for. */
async function take(messages: AsyncIterable<unknown>, count: number, digest?: MessageDigest): Promise<string> {
  let next = 0;
  for await (const message of messages) {
    const id: unknown = Object(message).id;
    if (id !== next) throw new Error(`Message ${id} came where ${next} belongs`);
    digest?.add(message);
    next += 1;
    if (next === count) break;
  }
  if (next !== count) throw new Error(`${next} of ${count} messages came`);
  return digest?.finish() ?? "";
}

/** Makes ready what the measurement is not to count. @returns What it is to count. */
function prepare(client: Contender, { task, url, load }: Job): () => Promise<string> {
  switch (task) {
    case "produce": {
      const messages = messagesOf(load);
      return async () => {
        await client.produce(url, messages);
        return "";
      };
    }
    case "verify":
      return () => take(client.catchUp(url), load.count, new MessageDigest());
    case "read":
      return () => take(client.catchUp(url), load.count);
    case "follow":
      return () =>
        take(
          client.follow(url, () => say({ type: "live" })),
          load.count,
        );
  }
}

async function measure(action: () => Promise<string>): Promise<JobResult> {
  const watch = new MemoryWatch(process.pid);
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let growth = 0;
  let sha256: string;
  try {
    sha256 = await action();
  } finally {
    growth = watch.stop();
  }
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startedAt) / MILLISECONDS;
  return { seconds, cpuSeconds: (user + system) / MICROSECONDS, growth, sha256 };
}

const job: Job = JSON.parse(process.argv[2] ?? "");
try {
  const client = await loadContender(job.contender);
  if (job.warmUp !== undefined) await take(client.catchUp(job.warmUp.url), job.warmUp.load.count);
  const action = prepare(client, job);
  say({ type: "done", result: await measure(action) });
} catch (error) {
  say({ type: "failed", error: String(error) });
}
// A client may keep connections, timers or requests of its own.
process.disconnect();
process.exit();
