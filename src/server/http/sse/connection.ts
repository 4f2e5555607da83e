import { type Cursor, calculateCursor, isStreamError } from "../../../shared/index.ts";
import type { Appended } from "../../storage/contract/index.ts";
import type { CoreSettings } from "../options.ts";
import type { ParkedReader } from "./channel.ts";
import { controlEvent, HEARTBEAT } from "./control-event.ts";
import { type Frame, hasData, largePieces, type Position, withCursor } from "./frame.ts";
import type { Membership } from "./hub.ts";

const encoder = new TextEncoder();
/** A larger event is not offered: a client that is behind may keep one that it has not asked for, and many may be. */
const MAX_OFFERED_BYTES = 64 * 1024;

/** What a connection starts with. */
export interface ConnectionStart {
  /** The reader's part in the hub; the connection gives it up. */
  readonly membership: Membership;
  /** The frame to begin with. */
  readonly first: Frame;
  /** The least cursor this reader may get: later than the one it came with. */
  readonly cursor: Cursor;
  /** How far from the exact time a heartbeat or a rotation may be, in ms. */
  readonly slackMs: number;
  /** The request's signal. */
  readonly signal: AbortSignal;
}

/** A frame on its way that takes more than one write. */
interface Sending {
  readonly pieces: Iterator<Uint8Array, void>;
  /** The write that ends the frame. */
  readonly last: Uint8Array;
  /** Whether the stream ends with the frame. */
  readonly closed: boolean;
}

/**
 * One reader. It holds a position in the stream and no data: a frame is fetched, or taken when it is offered, when the
 * client has taken the one before, so a client that stops reading costs one small event more at most.
 */
export class SseConnection implements ParkedReader {
  /** The response body. */
  readonly stream: ReadableStream<Uint8Array>;
  readonly #settings: CoreSettings;
  readonly #membership: Membership;
  readonly #slackMs: number;
  readonly #signal: AbortSignal;
  readonly #openedAt: number;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #unsent: Frame | undefined;
  #sending: Sending | undefined;
  #position: Position;
  #cursor: Cursor;
  #sentAt: number;
  #pulling = false;
  #left = false;

  constructor(settings: CoreSettings, start: ConnectionStart) {
    this.#settings = settings;
    this.#membership = start.membership;
    this.#slackMs = start.slackMs;
    this.#signal = start.signal;
    this.#unsent = start.first;
    this.#position = start.first;
    this.#cursor = start.cursor;
    this.#openedAt = settings.clock.now();
    this.#sentAt = this.#openedAt;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.#leave(),
      },
      // No room for what was not asked for, but one event that was offered: a reader that stops reading is not read for.
      { highWaterMark: 0 },
    );
    start.signal.addEventListener("abort", this.#end);
    if (start.signal.aborted) this.#end();
    void this.#rotateUnread();
  }

  /**
   * A client that stopped reading asks for nothing, so nothing would find out that it is gone, or that its time is up.
   * What it was sent ends with a control event: the connection can end behind that at any time, and within a large event
   * once the client has taken nothing of it for as long as a connection lives.
   */
  async #rotateUnread(): Promise<void> {
    while (!this.#left) {
      await this.#membership.channel.nextTick;
      const since = this.#sending === undefined ? this.#openedAt : this.#sentAt;
      if (!this.#pulling && this.#isDue(since, this.#settings.sseRotateMs)) this.#end();
    }
  }

  /** Hands the reader what was appended, without being asked each time: its wish for more is still open. */
  offer(appended: Appended, frame: Frame): boolean {
    if (this.#left) return true;
    const { streamId, nextOffset } = this.#position;
    if (streamId !== appended.streamId || nextOffset !== appended.startOffset) return false;
    if (this.#hasUntaken || frame.large !== undefined || frame.bytes.length > MAX_OFFERED_BYTES) return false;
    try {
      this.#send(frame);
    } catch (error) {
      // Must not keep the others from theirs.
      this.#fail(error);
    }
    return true;
  }

  async #pull(): Promise<void> {
    this.#pulling = true;
    await this.#answer().catch(this.#fail);
    this.#pulling = false;
  }

  /**
   * Answers the client's wish for more with one write, or with the end. A wish at the tail stays open for as long as the
   * client takes what it is offered.
   */
  async #answer(): Promise<void> {
    if (this.#sending !== undefined) return this.#sendOn(this.#sending);
    const { channel } = this.#membership;
    while (!this.#left && !this.#hasUntaken) {
      const { moment } = channel;
      const known = this.#unsent ?? channel.frameAt(this.#position);
      const frame = known instanceof Promise ? await known.catch(this.#fail) : known;
      if (frame === undefined || this.#left) return;
      if (this.#isWorthSending(frame)) return this.#send(frame);
      if (this.#isDue(this.#openedAt, this.#settings.sseRotateMs)) return this.#rotate(frame);
      if (this.#isDue(this.#sentAt, this.#settings.sseHeartbeatMs)) return this.#write(HEARTBEAT);
      if (channel.moment === moment) await channel.park(this);
    }
  }

  /** Whether something that was written waits for the client: it asks again when it has taken that. */
  get #hasUntaken(): boolean {
    return (this.#controller?.desiredSize ?? 0) < 0;
  }

  /** The stream is gone, or cannot be read or written: coming back tells the client which. */
  readonly #fail = (error: unknown): undefined => {
    if (!isStreamError(error)) this.#settings.onError(error);
    this.#end();
  };

  /** The first frame always is: it tells the client where it stands. */
  #isWorthSending(frame: Frame): boolean {
    return frame === this.#unsent || hasData(frame) || frame.closed;
  }

  #send(frame: Frame): void {
    this.#unsent = undefined;
    const { streamId, contentType, nextOffset } = frame;
    // Not the frame itself: its bytes are for those who have not got them yet.
    this.#position = { streamId, contentType, nextOffset };
    const last = this.#addressed(frame);
    if (frame.large === undefined) this.#sendLast(last, frame.closed);
    else this.#sendOn({ pieces: largePieces(frame.large), last, closed: frame.closed });
  }

  #sendOn(sending: Sending): void {
    const { done, value } = sending.pieces.next();
    this.#sending = done ? undefined : sending;
    if (done) this.#sendLast(sending.last, sending.closed);
    else this.#write(value);
  }

  #sendLast(bytes: Uint8Array, closed: boolean): void {
    this.#write(bytes);
    if (closed || this.#isDue(this.#openedAt, this.#settings.sseRotateMs)) this.#end();
  }

  #rotate(frame: Frame): void {
    this.#write(encoder.encode(controlEvent(frame, this.#advanceCursor(this.#currentCursor()))));
    this.#end();
  }

  /** The frame as it is for all, unless its cursor would take this reader back in time (PROTOCOL.md §10.1). */
  #addressed(frame: Frame): Uint8Array {
    if (frame.closed || this.#advanceCursor(frame.cursor) === frame.cursor) return frame.bytes;
    return withCursor(frame, this.#advanceCursor(this.#currentCursor()));
  }

  #advanceCursor(cursor: Cursor): Cursor {
    if (Number(cursor) > Number(this.#cursor)) this.#cursor = cursor;
    return this.#cursor;
  }

  #currentCursor(): Cursor {
    return calculateCursor({ ...this.#settings.cursor, now: this.#settings.clock.now() });
  }

  #isDue(since: number, afterMs: number): boolean {
    return this.#settings.clock.now() - since >= afterMs - this.#slackMs;
  }

  #write(bytes: Uint8Array): void {
    this.#sentAt = this.#settings.clock.now();
    this.#controller?.enqueue(bytes);
  }

  readonly #end = (): void => {
    if (this.#left) return;
    this.#leave();
    try {
      this.#controller?.close();
    } catch {
      // The client cancelled first.
    }
  };

  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#signal.removeEventListener("abort", this.#end);
    this.#membership.leave();
  }
}
