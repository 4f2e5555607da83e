import type { Offset, StreamId } from "../../../shared/index.ts";
import { type Frame, hasData, type Position } from "./frame.ts";

/** Most frames kept for sharing. Readers at the tail need one; the rest is for those who catch up side by side. */
const MAX_FRAMES = 4;

/** Reads the page that starts at an offset of one particular stream, and writes it as a frame. */
export type LoadFrame = (streamId: StreamId, offset: Offset) => Promise<Frame>;

interface Entry {
  readonly frame: Promise<Frame>;
  /** Whether it turned out to hold no data: then it costs nothing to keep, and saves a read at every heartbeat. */
  empty: boolean;
}

/**
 * What the SSE readers of one path share: one gate they all wait at, and the frames they all need, each read from the
 * store and written once.
 */
export class Channel {
  /** How many readers there are. */
  readers = 0;
  readonly #load: LoadFrame;
  readonly #frames = new Map<string, Entry>();
  #gate = Promise.withResolvers<void>();
  #nextTick = Promise.withResolvers<void>();

  constructor(load: LoadFrame) {
    this.#load = load;
  }

  /**
   * Resolves at the next change or tick. Take it before asking for a frame: then a change that the frame missed has
   * opened it already.
   */
  get gate(): Promise<void> {
    return this.#gate.promise;
  }

  /** Resolves at the next tick: for what only time decides, so that a change does not wake every reader twice. */
  get nextTick(): Promise<void> {
    return this.#nextTick.promise;
  }

  /** Something happened at the path: no frame is known to be current any more. */
  readonly change = (): void => {
    this.#frames.clear();
    this.#open();
  };

  /** Time passed: readers may owe a heartbeat, and frames with data have served those who were together. */
  tick(): void {
    for (const [key, entry] of this.#frames) {
      if (!entry.empty) this.#frames.delete(key);
    }
    const { resolve } = this.#nextTick;
    this.#nextTick = Promise.withResolvers<void>();
    resolve();
    this.#open();
  }

  /** The frame that starts at a position. @throws What reading it throws. */
  frameAt({ streamId, nextOffset: offset }: Position): Promise<Frame> {
    const key = `${streamId}:${offset}`;
    const known = this.#frames.get(key);
    if (known !== undefined) return known.frame;
    const entry: Entry = {
      frame: this.#load(streamId, offset),
      empty: false,
    };
    entry.frame.then(
      (frame) => {
        entry.empty = !hasData(frame);
      },
      () => {
        if (this.#frames.get(key) === entry) this.#frames.delete(key);
      },
    );
    this.#frames.set(key, entry);
    for (const oldest of this.#frames.keys()) {
      if (this.#frames.size <= MAX_FRAMES) break;
      this.#frames.delete(oldest);
    }
    return entry.frame;
  }

  #open(): void {
    const { resolve } = this.#gate;
    this.#gate = Promise.withResolvers<void>();
    resolve();
  }
}
