import type { Checkpoint } from "../../../src/client/index.ts";
import { PATIENT } from "./produce.ts";
import type { ReaderPlan } from "./schedule.ts";
import type { Stage } from "./stage.ts";

/** Reads to the end of the stream as a plan says, through checkpoints that have been JSON. */
export async function read(stage: Stage, { live, restarts }: ReaderPlan): Promise<unknown[]> {
  const messages: unknown[] = [];
  const limits = [...restarts];
  let from: Checkpoint | undefined;
  for (;;) {
    const limit = limits.shift();
    const { changed } = stage;
    const reader = stage.handle().read({
      live,
      limit,
      from,
      silenceMs: 5_000,
      signal: stage.deadline,
      retry: { baseDelayMs: PATIENT.baseDelayMs, maxDelayMs: PATIENT.maxDelayMs },
      // Three bodies in a row that break off at the same place look like a broken server. Here they are bad luck.
      onError: (error) => (/too early|bytes short/.test(String(error)) ? "retry" : undefined),
    });
    for await (const message of reader) {
      messages.push(message);
      from = JSON.parse(JSON.stringify(reader.checkpoint));
    }
    if (reader.status.type === "closed") return messages;
    from = JSON.parse(JSON.stringify(reader.checkpoint));
    // Only whoever reads to the tail ends there; he comes back when there may be more.
    if (limit === undefined) await changed;
  }
}
