import type { Clock, Offset } from "../../../shared/index.ts";
import type { StreamPage, StreamStore } from "../contract/index.ts";

/** What {@link waitForChange} waits for, and how long. */
export interface WaitRequest {
  readonly offset: Offset;
  /** 0 to 2^31-1 milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
}

/**
 * Reads what follows an offset, waiting for it if there is nothing yet: until something is appended, the stream is
 * closed, the time is up or the signal fires. The page is empty in the last three cases.
 *
 * @throws StreamNotFoundError or StreamGoneError, also when the stream is deleted, or deleted and created again,
 * during the wait; InvalidOffsetError.
 */
export async function waitForChange(
  store: Pick<StreamStore, "read" | "watch">,
  path: string,
  { offset, timeoutMs, signal, clock }: WaitRequest,
): Promise<StreamPage> {
  let gate = Promise.withResolvers<void>();
  let over = signal?.aborted ?? false;
  const end = (): void => {
    over = true;
    gate.resolve();
  };
  // Watching before reading: a change between the two would otherwise be slept through.
  const unwatch = store.watch(path, () => gate.resolve());
  const timer = clock.setTimeout(end, timeoutMs);
  signal?.addEventListener("abort", end);
  try {
    let page = await store.read(path, { offset });
    while (page.byteLength === 0 && !page.closed && !over) {
      await gate.promise;
      gate = Promise.withResolvers();
      page = await store.read(path, { offset: page.nextOffset, streamId: page.streamId });
    }
    return page;
  } finally {
    unwatch();
    clock.clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}
