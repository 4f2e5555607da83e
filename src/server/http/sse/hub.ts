import { calculateCursor, type Offset, type StreamId } from "../../../shared/index.ts";
import type { ReadOptions, StreamStore } from "../../storage/contract/index.ts";
import type { CoreSettings } from "../options.ts";
import { Channel } from "./channel.ts";
import { encodeAppended, encodeFrame, type Frame } from "./frame.ts";

/** The longest character in UTF-8, in bytes. */
const LONGEST_CHARACTER_BYTES = 4;

/** A reader's part in a {@link Channel}. */
export interface Membership {
  /** What the readers of the path share. */
  readonly channel: Channel;
  /** Gives the part up; calling it again does nothing. */
  leave(): void;
}

/**
 * All SSE readers of one handler: for each path with readers one watch on the store, and for all of them together one
 * timer, which runs only while there are any.
 */
export class LiveHub {
  readonly #store: StreamStore;
  readonly #settings: CoreSettings;
  readonly #channels = new Map<string, { readonly channel: Channel; readonly unwatch: () => void }>();
  #timer: unknown;

  constructor(store: StreamStore, settings: CoreSettings) {
    this.#store = store;
    this.#settings = settings;
  }

  /** How late a heartbeat or a rotation may be, in ms: time is looked at that often. */
  get tickMs(): number {
    return Math.min(this.#settings.sseHeartbeatMs, this.#settings.sseRotateMs) / 3;
  }

  /** Takes part in what the readers of a path share. From here on no change at the path is missed. */
  join(path: string): Membership {
    const known = this.#channels.get(path) ?? this.#open(path);
    known.channel.readers += 1;
    let joined = true;
    const leave = (): void => {
      if (!joined) return;
      joined = false;
      known.channel.readers -= 1;
      if (known.channel.readers === 0) this.#close(path);
    };
    return { channel: known.channel, leave };
  }

  /**
   * Reads the first frame of a reader, from the store and for this reader alone: that counts as its access, and tells
   * it of everything acknowledged before it came.
   *
   * @throws StreamNotFoundError, StreamGoneError or InvalidOffsetError.
   */
  async firstFrame(path: string, offset: Offset | undefined): Promise<Frame> {
    return this.#load(path, { offset });
  }

  async #load(path: string, position: Pick<ReadOptions, "offset" | "streamId">): Promise<Frame> {
    const maxBytes = this.#settings.sseBatchBytes;
    const options = { ...position, wholeCodePoints: true };
    const page = await this.#store.read(path, { ...options, maxBytes });
    const isTooSmall = page.byteLength === 0 && !page.upToDate && maxBytes < LONGEST_CHARACTER_BYTES;
    // A reader would wait for ever in front of a character that fits no event.
    const whole = isTooSmall ? await this.#store.read(path, { ...options, maxBytes: LONGEST_CHARACTER_BYTES }) : page;
    return encodeFrame(whole, this.#cursor());
  }

  #cursor() {
    return calculateCursor({ ...this.#settings.cursor, now: this.#settings.clock.now() });
  }

  #open(path: string) {
    const channel = new Channel({
      load: (streamId: StreamId, offset: Offset) => this.#load(path, { streamId, offset }),
      write: (appended) =>
        appended.bytes.length > this.#settings.sseBatchBytes ? undefined : encodeAppended(appended, this.#cursor()),
    });
    const entry = { channel, unwatch: this.#store.watch(path, channel.change) };
    this.#channels.set(path, entry);
    if (this.#channels.size === 1) this.#arm();
    return entry;
  }

  #close(path: string): void {
    const entry = this.#channels.get(path);
    this.#channels.delete(path);
    entry?.unwatch();
    // Lets go of whoever still waits: at the gate, or for time to pass.
    entry?.channel.change();
    entry?.channel.tick();
    if (this.#channels.size === 0) this.#settings.clock.clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#timer = this.#settings.clock.setTimeout(() => {
      this.#arm();
      for (const { channel } of this.#channels.values()) channel.tick();
    }, this.tickMs);
  }
}
