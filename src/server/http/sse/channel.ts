import type { Offset, StreamId } from "../../../shared/index.ts";
import type { Appended } from "../../storage/contract/index.ts";
import { emptyBehind, type Frame, hasData, type Position } from "./frame.ts";

/** Most frames kept for sharing. Readers at the tail need one; the rest is for those who catch up side by side. */
const MAX_FRAMES = 4;

/** Reads the page that starts at an offset of one particular stream, and writes it as a frame. */
export type LoadFrame = (streamId: StreamId, offset: Offset) => Promise<Frame>;

/** Writes what an append has added as a frame; `undefined` when it is too much for one. */
export type WriteFrame = (appended: Appended) => Frame | undefined;

/** Makes frames for a {@link Channel}. */
export interface FrameSource {
  readonly load: LoadFrame;
  readonly write: WriteFrame;
}

/** A reader that has got all there is, and waits. */
export interface ParkedReader {
  /**
   * Takes what was appended, at once.
   *
   * @returns `false` when it cannot: it stands elsewhere, or has not taken what it was given before. It is woken then.
   */
  offer(appended: Appended, frame: Frame): boolean;
}

/**
 * What the SSE readers of one path share: one gate they all wait at, and the frames they all need, each read from the
 * store, or taken from the append, and written once.
 */
export class Channel {
  /** How many readers there are. */
  readers = 0;
  readonly #source: FrameSource;
  /** By where they start. What is being read is a promise. */
  readonly #frames = new Map<string, Frame | Promise<Frame>>();
  readonly #parked = new Set<ParkedReader>();
  #gate = Promise.withResolvers<void>();
  #nextTick = Promise.withResolvers<void>();
  #moments = 0;

  constructor(source: FrameSource) {
    this.#source = source;
  }

  /** Another number after every change and tick: a reader that looked in vain before one has to look again. */
  get moment(): number {
    return this.#moments;
  }

  /** Waits for a tick, or a change that could not be handed to the reader. */
  async park(reader: ParkedReader): Promise<void> {
    this.#parked.add(reader);
    await this.#gate.promise;
    this.#parked.delete(reader);
  }

  /** Resolves at the next tick: for what only time decides, so that a change does not wake every reader twice. */
  get nextTick(): Promise<void> {
    return this.#nextTick.promise;
  }

  /**
   * Something happened at the path: no frame is known to be current any more, but for the one that it has brought, if
   * that is known. Readers that wait for it get it here and now.
   */
  readonly change = (appended?: Appended): void => {
    this.#moments += 1;
    this.#frames.clear();
    let isTaken = false;
    try {
      isTaken = appended !== undefined && this.#handOut(appended);
    } finally {
      if (!isTaken) this.#open();
    }
  };

  /** Time passed: readers may owe a heartbeat, and frames with data have served those who were together. */
  tick(): void {
    this.#moments += 1;
    for (const [key, frame] of this.#frames) {
      // One without data costs nothing to keep, and saves a read at every heartbeat.
      if (frame instanceof Promise || hasData(frame)) this.#frames.delete(key);
    }
    const { resolve } = this.#nextTick;
    this.#nextTick = Promise.withResolvers<void>();
    resolve();
    this.#open();
  }

  /** The frame that starts at a position, at once if it is known. @throws What reading it throws. */
  frameAt({ streamId, nextOffset: offset }: Position): Frame | Promise<Frame> {
    const key = keyOf(streamId, offset);
    const known = this.#frames.get(key);
    if (known !== undefined) return known;
    const loading = this.#source.load(streamId, offset);
    const settle = (frame?: Frame): void => {
      if (this.#frames.get(key) !== loading) return;
      if (frame === undefined) this.#frames.delete(key);
      else this.#frames.set(key, frame);
    };
    loading.then(settle, () => settle());
    this.#frames.set(key, loading);
    for (const oldest of this.#frames.keys()) {
      if (this.#frames.size <= MAX_FRAMES) break;
      this.#frames.delete(oldest);
    }
    return loading;
  }

  /** @returns Whether everybody who waits has got it. */
  #handOut(appended: Appended): boolean {
    const frame = this.#parked.size === 0 ? undefined : this.#source.write(appended);
    if (frame === undefined) return false;
    // Neither what was appended nor that nothing follows it yet has to be read.
    const { streamId, startOffset, nextOffset } = appended;
    this.#frames.set(keyOf(streamId, startOffset), frame);
    this.#frames.set(keyOf(streamId, nextOffset), emptyBehind(frame));
    let isTaken = true;
    for (const reader of this.#parked) isTaken = reader.offer(appended, frame) && isTaken;
    return isTaken;
  }

  #open(): void {
    const { resolve } = this.#gate;
    this.#gate = Promise.withResolvers<void>();
    resolve();
  }
}

const keyOf = (streamId: StreamId, offset: Offset): string => `${streamId}:${offset}`;
