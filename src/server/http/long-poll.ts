import { generateResponseCursor, STREAM_CURSOR_HEADER } from "../../shared/index.ts";
import type { ReadOptions, StreamPage, StreamStore } from "../storage/contract/index.ts";
import type { CoreSettings } from "./options.ts";
import { pageHeaders } from "./page-headers.ts";
import { pageResponse } from "./read.ts";
import type { ReadQuery } from "./read-query.ts";

/**
 * GET with `live=long-poll`: the page from the offset on, or, at the tail of an open stream, whatever comes next within
 * the time (PROTOCOL.md §5.7). A stream that is deleted, or deleted and created again, meanwhile ends the wait with 404
 * or 410.
 */
export async function handleLongPoll(
  store: StreamStore,
  settings: CoreSettings,
  request: Request,
  path: string,
  query: ReadQuery,
): Promise<Response> {
  const page = await nextPage(store, settings, request, path, query);
  const cursor = generateResponseCursor(query.cursor, {
    ...settings.cursor,
    now: settings.clock.now(),
    random: settings.random,
  });
  const more: Record<string, string> = page.closed ? {} : { [STREAM_CURSOR_HEADER]: cursor };
  if (page.byteLength > 0) return pageResponse(page, settings, request, query.fromTail, more);
  const headers = { ...pageHeaders(page, settings.visibility, true), ...more };
  return new Response(null, { status: 204, headers });
}

/** The first page with bytes or an end in it; an empty one when the time is up or the client has left. */
async function nextPage(
  store: StreamStore,
  settings: CoreSettings,
  request: Request,
  path: string,
  query: ReadQuery,
): Promise<StreamPage> {
  const wait = new Wait(settings, request.signal);
  // Watching before reading: a change between the two is then never missed.
  const unwatch = store.watch(path, wait.change);
  try {
    let options: ReadOptions = { offset: query.offset, maxBytes: settings.maxReadBytes };
    for (;;) {
      const page = await store.read(path, options);
      if (page.byteLength > 0 || page.closed) return page;
      if (!(await wait.forChange())) return page;
      options = { ...options, offset: page.nextOffset, streamId: page.streamId };
    }
  } finally {
    unwatch();
    wait.end();
  }
}

/** One wait for changes with one deadline, counted from its first pause. */
class Wait {
  readonly #settings: CoreSettings;
  readonly #signal: AbortSignal;
  #changed = false;
  #over = false;
  #timer: unknown;
  #wake: (() => void) | undefined;

  constructor(settings: CoreSettings, signal: AbortSignal) {
    this.#settings = settings;
    this.#signal = signal;
    signal.addEventListener("abort", this.#giveUp);
  }

  /** Tells the wait that something changed. */
  readonly change = (): void => {
    this.#changed = true;
    this.#wake?.();
  };

  /** Resolves with `true` after a change, also one since the last call, and with `false` when it is over. */
  async forChange(): Promise<boolean> {
    this.#timer ??= this.#settings.clock.setTimeout(this.#giveUp, this.#settings.longPollTimeoutMs);
    if (!this.#changed && !this.#over && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const changed = this.#changed && !this.#signal.aborted;
    this.#changed = false;
    return changed;
  }

  /** Lets go of the timer and the signal. */
  end(): void {
    this.#signal.removeEventListener("abort", this.#giveUp);
    if (this.#timer !== undefined) this.#settings.clock.clearTimeout(this.#timer);
  }

  readonly #giveUp = (): void => {
    this.#over = true;
    this.#wake?.();
  };
}
