/** A signal that fires with the first of some, each of which may be missing. It holds them weakly, so none gathers others. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

/**
 * Waits for work that may not listen to the signal itself.
 *
 * @param work What is waited for; its outcome is forgotten after an abort.
 * @param signal Ends the wait, if there is one.
 * @throws The signal's reason, or what the work throws.
 */
export async function untilAborted<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}
