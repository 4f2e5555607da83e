import type { Batch } from "./batch.ts";
import type { Progress } from "./progress.ts";

/**
 * Hands out the messages of batches one by one. What is in memory is handed out without waiting for anything: over a
 * generator, a page of 300,000 messages would take seconds. Calls that do not wait for one another are answered in
 * order.
 *
 * @param progress Told of what is handed out.
 * @param batches Where the batches come from.
 * @param stop Ends them; nothing is handed out any more.
 * @param limit How many messages to hand out at most.
 * @param cancel Makes `stop` fire.
 */
export function eachMessage<Out>(
  progress: Progress<Out>,
  batches: AsyncGenerator<Batch<Out>, void, undefined>,
  stop: AbortSignal,
  limit: number,
  cancel: () => void,
): AsyncIterableIterator<Out, undefined, undefined> {
  type Result = IteratorResult<Out, undefined>;
  let left = limit;
  /** Messages of the batch in line; none once it is not ours. */
  let messages: readonly Out[] = [];
  let queued = 0;
  let last: Promise<unknown> = Promise.resolve();
  const answered = (): void => {
    queued -= 1;
  };

  const canHand = (): boolean => left > 0 && messages.length > 0 && progress.hasNext && !stop.aborted;

  function hand(): Result {
    left -= 1;
    // The progress has a message in line, so there is one here, `undefined` being a value like any other.
    return { done: false, value: messages[progress.hand(1)] as Out };
  }

  async function pull(): Promise<Result> {
    while (!canHand()) {
      if (left <= 0) return end();
      messages = [];
      const next = await batches.next();
      if (next.done) return { done: true, value: undefined };
      messages = next.value.messages;
    }
    return hand();
  }

  async function end(): Promise<Result> {
    left = 0;
    messages = [];
    cancel();
    await batches.return();
    return { done: true, value: undefined };
  }

  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (queued === 0 && canHand()) return Promise.resolve(hand());
      queued += 1;
      const result = queued === 1 ? pull() : last.then(pull);
      last = result.then(answered, answered);
      return result;
    },
    return: end,
  };
}
