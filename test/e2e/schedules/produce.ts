import { AmbiguousAppendError, type OutboxRecord, type ProducerOutbox } from "../../../src/client/index.ts";
import { messageOf } from "./messages.ts";
import type { ProducerPlan } from "./schedule.ts";
import type { Stage } from "./stage.ts";

/** What one producer was told about its messages. */
export interface ProducerHistory {
  readonly name: string;
  /** Numbers of the messages that were acknowledged, in that order. */
  readonly acknowledged: number[];
  /** Why others were not. */
  readonly errors: unknown[];
}

/** What those hear who wait for a producer whose process ended. */
export const CRASH = new Error("The process ended");

/** How the network may behave without a producer giving up. */
export const PATIENT = { maxAttempts: 1_000, baseDelayMs: 2, maxDelayMs: 20 };

/** An outbox that does not notice that the process that owned it is gone, as a file does not. */
function fileLikeOutbox(): ProducerOutbox {
  const records = new Map<string, OutboxRecord>();
  return {
    open: async (key) => records.get(key),
    save: async (key, record) => void records.set(key, record),
    close: async () => {},
  };
}

/**
 * Produces what a plan says.
 *
 * @param stage - Where.
 * @param plan - What.
 * @param name - Under which id.
 * @param fenceAt - Before which message a stranger takes the id over; never unless given.
 */
export async function produce(
  stage: Stage,
  plan: ProducerPlan,
  name: string,
  fenceAt?: number,
): Promise<ProducerHistory> {
  const { contentType, fence } = stage.schedule;
  const history: ProducerHistory = { name, acknowledged: [], errors: [] };
  const fail = (error: unknown): void => void history.errors.push(error);
  const outbox = fileLikeOutbox();
  const { maxBatchMessages, maxInFlight, lingerMs, maxBufferedBytes } = plan;
  const limits = { maxBatchMessages, maxInFlight, lingerMs, maxBufferedBytes };
  const stream = stage.handle();
  const start = () =>
    stream.producer({ ...limits, id: name, outbox, autoClaim: fence === "reclaimed", retry: PATIENT });

  let producer = start();
  const told: Promise<void>[] = [];
  for (let n = 0; n < plan.messages; n++) {
    if (plan.crashes.includes(n)) {
      producer.abort(CRASH);
      producer = start();
    }
    if (n === fenceAt) await stage.takeOver(name);
    try {
      const { acknowledged } = await producer.submit(messageOf(contentType, { name, n }));
      told.push(
        acknowledged.then(() => {
          history.acknowledged.push(n);
          stage.acknowledged();
        }, fail),
      );
    } catch (error) {
      fail(error);
      break;
    }
  }
  await producer.close().catch(fail);
  await Promise.all(told);
  return history;
}

/** Whether a producer may have been told this, given what its schedule does to it. */
export function isExpected(error: unknown, { crashes }: ProducerPlan, fence: "no" | "fatal" | "reclaimed"): boolean {
  if (error === CRASH) return crashes.length > 0;
  if (fence === "reclaimed") return error instanceof AmbiguousAppendError;
  return fence === "fatal" && error instanceof Error && "_tag" in error && error._tag === "ProducerFencedError";
}
