/**
 * Hands on what comes until a signal is aborted; then it throws the reason at once, also in the middle of a wait.
 *
 * @param source What is iterated. It is left as it is when the signal ends a wait: it may never answer.
 */
export async function* interruptible<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  signal.throwIfAborted();
  const iterator = source[Symbol.asyncIterator]();
  // One promise for each wait: a single one to race against would keep everything that ever came.
  let interrupt: (reason: unknown) => void = () => {};
  const abort = (): void => interrupt(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    for (;;) {
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        interrupt = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
      signal.throwIfAborted();
    }
  } finally {
    signal.removeEventListener("abort", abort);
    if (!signal.aborted) await iterator.return?.();
  }
}
