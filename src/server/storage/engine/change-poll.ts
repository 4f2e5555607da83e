import type { Clock } from "../../../shared/index.ts";
import type { Awaitable } from "./backend.ts";
import type { StreamState } from "./state.ts";

/** What a {@link ChangePoll} works with. */
export interface ChangePollHost {
  readonly clock: Clock;
  /** Longest time between two looks, in ms. */
  readonly maxMs: number;
  /** Loads the stream at a path as it is now. */
  load(path: string): Awaitable<StreamState | undefined>;
  /** The stream at a path as this instance last saw it. */
  peek(path: string): StreamState | undefined;
  /** Tells whoever watches a path that something changed. */
  changed(path: string): void;
}

interface Loop {
  /** What the watchers know at least; a mark that nothing has when that is nothing. */
  known: string;
  delayMs: number;
  timer: unknown;
}

const FIRST_DELAY_MS = 100;
const NOTHING_KNOWN = "?";

/**
 * Looks for changes that other isolates make to a watched path: soon after the last change, then less and less often,
 * down to once in `maxMs`. One loop a path, whoever watches it; one look is one load of the stream's state.
 */
export class ChangePoll {
  readonly #host: ChangePollHost;
  readonly #loops = new Map<string, Loop>();

  constructor(host: ChangePollHost) {
    this.#host = host;
  }

  /** Looks after a path from now on. */
  start(path: string): void {
    if (this.#loops.has(path)) return;
    // Whoever begins to watch reads afterwards, so what was seen before is old enough to notice all that follows.
    const loop: Loop = { known: NOTHING_KNOWN, delayMs: Math.min(FIRST_DELAY_MS, this.#host.maxMs), timer: undefined };
    const state = this.#host.peek(path);
    if (state !== undefined) loop.known = fingerprint(state);
    this.#loops.set(path, loop);
    this.#arm(path, loop);
  }

  /** Stops at once. */
  stop(path: string): void {
    const loop = this.#loops.get(path);
    this.#loops.delete(path);
    if (loop !== undefined) this.#host.clock.clearTimeout(loop.timer);
  }

  /** The watchers are being told of a change: when they look they will see what is known here, or later. */
  told(path: string): void {
    const loop = this.#loops.get(path);
    if (loop !== undefined) loop.known = fingerprint(this.#host.peek(path));
  }

  #arm(path: string, loop: Loop): void {
    loop.timer = this.#host.clock.setTimeout(() => void this.#look(path, loop), loop.delayMs);
  }

  async #look(path: string, loop: Loop): Promise<void> {
    const found = await this.#load(path);
    if (this.#loops.get(path) !== loop) return;
    const { maxMs } = this.#host;
    if (found === undefined || found === loop.known) {
      loop.delayMs = Math.min(2 * loop.delayMs, maxMs);
    } else {
      loop.known = found;
      loop.delayMs = Math.min(FIRST_DELAY_MS, maxMs);
      this.#host.changed(path);
    }
    // Whoever was told may have left.
    if (this.#loops.get(path) === loop) this.#arm(path, loop);
  }

  /** A storage that fails now will be asked again. */
  async #load(path: string): Promise<string | undefined> {
    try {
      return fingerprint(await this.#host.load(path));
    } catch {
      return undefined;
    }
  }
}

/** Equal for two states if a reader sees no difference. */
function fingerprint(state: StreamState | undefined): string {
  if (state === undefined) return "";
  return `${state.streamId}:${state.tail.pos}:${state.closed}:${state.softDeleted}`;
}
