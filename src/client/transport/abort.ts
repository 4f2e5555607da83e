/**
 * Waits for work that may not listen to the signal itself.
 *
 * @param work What is waited for; its outcome is forgotten after an abort.
 * @param signal Ends the wait.
 * @throws The signal's reason, or what the work throws.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
