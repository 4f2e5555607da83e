import {
  formatOffset,
  InvalidOffsetError,
  InvalidRequestError,
  isJsonContentType,
  isSSETextCompatibleContentType,
  MessageWalker,
  type Offset,
  parseOffset,
  STREAM_FORK_SUB_OFFSET_HEADER,
  TAIL_OFFSET_QUERY_VALUE,
} from "../../../shared/index.ts";
import type { ForkSource, LogPosition } from "../contract/index.ts";
import type { Backend } from "./backend.ts";
import { InheritedReader, LocalReader, type SegmentReader } from "./segment-reader.ts";
import type { StreamState } from "./state.ts";
import { incompleteSuffix } from "./utf8.ts";

const ORIGIN: LogPosition = { pos: 0, seq: 0 };

/**
 * One stream's bytes as its readers see them at one moment: what it inherits, then its own, up to the tail that the
 * state names. That range never changes, so it can be read long after the state was loaded.
 */
export class StreamLog {
  readonly #state: StreamState;
  readonly #json: boolean;
  /** Whether the bytes are characters: JSON is too, but ends between them anyway. */
  readonly #text: boolean;
  readonly #parts: readonly SegmentReader[];
  /** Tells the backend where a reader is going to look. */
  readonly #expect: (position: LogPosition) => void;
  readonly #failure: (error: unknown) => Promise<unknown>;

  /** @param failure What the bytes fail with, instead of an error that comes from where they are. */
  constructor(
    path: string,
    state: StreamState,
    backend: Backend,
    sources: ForkSource,
    failure: (error: unknown) => Promise<unknown> = async (error) => error,
  ) {
    const json = isJsonContentType(state.contentType);
    const inherited = (state.fork?.segments ?? []).map(
      (segment) => new InheritedReader(sources, { ...segment, forkId: state.streamId }),
    );
    const own = new LocalReader(backend, { path, streamId: state.streamId }, json, {
      start: state.base.pos,
      end: state.tail.pos,
    });
    this.#state = state;
    this.#failure = failure;
    this.#expect = (position) => backend.expect?.({ path, streamId: state.streamId }, position);
    this.#json = json;
    this.#text = !json && isSSETextCompatibleContentType(state.contentType);
    this.#parts = [...inherited, own];
  }

  /** Resolves what a client sent. @throws InvalidOffsetError beyond the tail, or within a JSON message. */
  async resolve(offset: Offset | undefined): Promise<LogPosition> {
    if (offset === undefined || offset === "-1") return ORIGIN;
    const { tail } = this.#state;
    if (offset === TAIL_OFFSET_QUERY_VALUE) return tail;
    const position = parseOffset(offset);
    if (position === null || position.pos > tail.pos) throw this.#invalid(offset);
    if (position.pos === tail.pos) return tail;
    this.#expect(position);
    if (this.#json && !(await this.#isBoundary(position.pos))) throw this.#invalid(offset);
    return position;
  }

  /**
   * Where a page that starts at `start` ends: a message boundary within `maxBytes`, or after one message over it. A page
   * of text that is cut off ends with a whole character if it holds one: its client may go on over SSE, which carries no
   * part of a character.
   *
   * @param wholeCodePoints Whether a page of text ends with a whole character in any case, but at the end of a closed
   * stream.
   */
  async pageEnd(start: number, maxBytes: number, wholeCodePoints = false): Promise<LogPosition> {
    const end = await this.#boundaryWithin(start, maxBytes);
    const { tail, closed } = this.#state;
    if (!this.#text || (end.pos === tail.pos && (closed || !wholeCodePoints))) return end;
    const whole = await this.#wholeCodePoints(start, end);
    return wholeCodePoints || whole.pos > start ? whole : end;
  }

  /** The ordinal that goes with a boundary. */
  async at(pos: number): Promise<LogPosition> {
    const { tail } = this.#state;
    if (pos >= tail.pos) return tail;
    const [seq = tail.seq] = await this.#partAt(pos).ordinals([pos]);
    return { pos, seq };
  }

  /** The ordinals that go with ascending boundaries. */
  async positions(boundaries: readonly number[]): Promise<LogPosition[]> {
    const { tail } = this.#state;
    const found: LogPosition[] = [];
    for (const part of this.#parts) {
      const within = boundaries.filter((pos) => part.start <= pos && pos < part.end);
      const seqs = await part.ordinals(within);
      for (const [at, pos] of within.entries()) found.push({ pos, seq: seqs[at] ?? tail.seq });
    }
    if (boundaries.at(-1) === tail.pos) found.push(tail);
    return found;
  }

  /** When the byte at `pos` was written, as far as its chunk tells; for an inherited one, when the fork was created. */
  async writtenAt(pos: number): Promise<number> {
    return (await this.#partAt(pos).writtenAt(pos)) ?? this.#state.createdAt;
  }

  /**
   * The position `count` messages (JSON) or bytes past a boundary.
   *
   * @throws InvalidRequestError when the stream ends before.
   */
  async advance(from: number, count: number): Promise<LogPosition> {
    const pos = this.#json ? await this.#skipMessages(from, count) : from + count;
    if (pos > this.#state.tail.pos) {
      throw new InvalidRequestError(
        { parameter: STREAM_FORK_SUB_OFFSET_HEADER },
        { detail: "The sub-offset runs past the source's tail" },
      );
    }
    return this.at(pos);
  }

  /** The stored bytes from `start` to `end`, chunk by chunk. @throws what `failure` makes of it when they go away meanwhile. */
  async *chunks(start: number, end: number): AsyncGenerator<Uint8Array> {
    try {
      for (const part of this.#parts) {
        const from = Math.max(start, part.start);
        const to = Math.min(end, part.end);
        if (from < to) yield* part.chunks(from, to);
      }
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  async #boundaryWithin(start: number, maxBytes: number): Promise<LogPosition> {
    const { tail } = this.#state;
    const limit = start + Math.max(1, maxBytes);
    if (limit >= tail.pos) return tail;
    const floor = await this.#partAt(limit).floorBoundary(limit);
    if (floor.pos > start) return floor;
    return this.at(await this.#partAt(start).nextBoundary(start));
  }

  /** Draws `end` back to a UTF-8 code-point boundary, by 3 bytes at most. */
  async #wholeCodePoints(start: number, end: LogPosition): Promise<LogPosition> {
    const from = Math.max(start, end.pos - 3);
    const suffix = new Uint8Array(end.pos - from);
    let filled = 0;
    for await (const chunk of this.chunks(from, end.pos)) {
      suffix.set(chunk, filled);
      filled += chunk.length;
    }
    const incomplete = incompleteSuffix(suffix);
    return incomplete === 0 ? end : this.at(end.pos - incomplete);
  }

  async #isBoundary(pos: number): Promise<boolean> {
    const part = this.#partAt(pos);
    return pos === part.start || (await part.floorBoundary(pos)).pos === pos;
  }

  async #skipMessages(from: number, count: number): Promise<number> {
    if (count === 0) return from;
    const walker = new MessageWalker();
    let pos = from;
    for await (const chunk of this.chunks(from, this.#state.tail.pos)) {
      const ended = walker.scan(chunk, 0, chunk.length, count - walker.messages);
      if (walker.messages === count) return pos + ended;
      pos += chunk.length;
    }
    return Number.POSITIVE_INFINITY;
  }

  #invalid(offset: Offset): InvalidOffsetError {
    return new InvalidOffsetError({ offset, tail: mint(this.#state.tail) });
  }

  #partAt(pos: number): SegmentReader {
    for (const part of this.#parts) {
      if (pos < part.end) return part;
    }
    throw new RangeError(`Position ${pos} is beyond the log`);
  }
}

/** Renders a position as the token that clients get. */
export const mint = ({ seq, pos }: LogPosition): Offset => formatOffset(seq, pos);
