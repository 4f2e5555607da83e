import { MessageWalker, StreamGoneError } from "../../../shared/index.ts";
import type { ForkSource, LogPosition, SegmentAccess } from "../contract/index.ts";
import type { Backend, Chunk, ChunkInfo, StreamKey } from "./backend.ts";

/** Reads one stream's own bytes, or the part of them that a fork inherits, by position. */
export interface SegmentReader {
  /** First position of the range. */
  readonly start: number;
  /** Position after the range. */
  readonly end: number;
  /** Largest message boundary at or before `pos` (`start <= pos < end`). */
  floorBoundary(pos: number): Promise<LogPosition>;
  /** Smallest message boundary after `pos`, which is one itself. May be `end`. */
  nextBoundary(pos: number): Promise<number>;
  /** The ordinals that go with ascending message boundaries. */
  ordinals(boundaries: readonly number[]): Promise<number[]>;
  /** When the byte at `pos` was written; `undefined` when that is not known here. */
  writtenAt(pos: number): Promise<number | undefined>;
  /** The bytes from `start` to `end`. */
  chunks(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** Bytes asked of the backend at a time: enough to make a query worth it, little enough to hold for many readers. */
const PULL_BYTES = 256 * 1024;

/** A {@link SegmentReader} on chunks that the backend itself holds. */
export class LocalReader implements SegmentReader {
  readonly start: number;
  readonly end: number;
  readonly #backend: Backend;
  readonly #key: StreamKey;
  readonly #json: boolean;
  /** The chunk that was loaded last: finding a boundary and reading from it share one look-up. */
  #recent: Chunk | undefined;
  #recentInfo: ChunkInfo | undefined;

  constructor(backend: Backend, key: StreamKey, json: boolean, range: { start: number; end: number }) {
    this.start = range.start;
    this.end = range.end;
    this.#backend = backend;
    this.#key = key;
    this.#json = json;
  }

  async ordinals(boundaries: readonly number[]): Promise<number[]> {
    const found: number[] = [];
    for (const pos of boundaries) found.push((await this.#info(pos)).seq);
    return found;
  }

  async writtenAt(pos: number): Promise<number> {
    return (await this.#info(pos)).writtenAt;
  }

  async #info(pos: number): Promise<ChunkInfo> {
    if (holds(this.#recent, pos)) return this.#recent;
    if (holds(this.#recentInfo, pos)) return this.#recentInfo;
    const info = await this.#backend.chunkInfo(this.#key, pos);
    if (!holds(info, pos)) throw this.#gone();
    this.#recentInfo = info;
    return info;
  }

  async floorBoundary(pos: number): Promise<LogPosition> {
    if (!this.#json) return { pos, seq: (await this.#info(pos)).seq };
    const chunk = await this.#chunk(pos);
    const first = chunk.start + chunk.lead;
    if (pos < first) return this.#messageStart(chunk);
    const ended = new MessageWalker().scan(chunk.data, chunk.lead, pos - chunk.start);
    return { pos: ended === -1 ? first : chunk.start + ended, seq: chunk.seq };
  }

  async nextBoundary(pos: number): Promise<number> {
    if (!this.#json) return pos + 1;
    const chunk = await this.#chunk(pos);
    const ended = new MessageWalker().scan(chunk.data, pos - chunk.start, chunk.length, 1);
    if (ended !== -1) return chunk.start + ended;
    // The message runs into the next chunk, whose lead says where it ends, however far that is.
    const next = await this.#info(chunk.start + chunk.length);
    return next.start + next.lead;
  }

  async *chunks(start: number, end: number): AsyncGenerator<Uint8Array> {
    if (start >= end) return;
    const first = await this.#chunk(start);
    this.#recent = undefined;
    this.#recentInfo = withoutData(first);
    yield first.data.subarray(start - first.start, end - first.start);
    let pos = first.start + first.length;
    while (pos < end) {
      const chunks = await this.#backend.chunksFrom(this.#key, pos, end, PULL_BYTES);
      if (chunks[0]?.start !== pos) throw this.#gone();
      for (const chunk of chunks) {
        yield end < chunk.start + chunk.length ? chunk.data.subarray(0, end - chunk.start) : chunk.data;
        pos = chunk.start + chunk.length;
      }
    }
  }

  /** Start of the message that the beginning of `chunk` belongs to: in an earlier chunk, the first with a boundary. */
  async #messageStart(chunk: ChunkInfo): Promise<LogPosition> {
    let before = chunk;
    while (before.lead > 0 && before.start > this.start) {
      before = await this.#info(before.start - 1);
      if (before.lead >= before.length) continue;
      const { data, start, lead, seq } = await this.#chunk(before.start);
      const ended = new MessageWalker().scan(data, lead, data.length);
      return { pos: start + (ended === -1 ? lead : ended), seq };
    }
    return { pos: before.start, seq: before.seq };
  }

  async #chunk(pos: number): Promise<Chunk> {
    if (holds(this.#recent, pos)) return this.#recent;
    const chunk = await this.#backend.chunkAt(this.#key, pos);
    if (!holds(chunk, pos)) throw this.#gone();
    this.#recent = chunk;
    return chunk;
  }

  #gone(): StreamGoneError {
    return new StreamGoneError({ detail: `${this.#key.path} went away while it was read` });
  }
}

const withoutData = ({ start, length, seq, lead, writtenAt }: Chunk): ChunkInfo => ({
  start,
  length,
  seq,
  lead,
  writtenAt,
});

function holds<Info extends ChunkInfo>(chunk: Info | undefined, pos: number): chunk is Info {
  return chunk !== undefined && chunk.start <= pos && pos < chunk.start + chunk.length;
}

/** A {@link SegmentReader} on bytes that another stream holds for a fork. */
export class InheritedReader implements SegmentReader {
  readonly start: number;
  readonly end: number;
  readonly #sources: ForkSource;
  readonly #access: SegmentAccess;

  constructor(sources: ForkSource, access: SegmentAccess) {
    this.start = access.start;
    this.end = access.end;
    this.#sources = sources;
    this.#access = access;
  }

  floorBoundary(pos: number): Promise<LogPosition> {
    return this.#sources.floorBoundary(this.#access, pos);
  }

  /** Asks for few of many: ordinals never decrease, so what lies between two equal ones is equal as well. */
  async ordinals(boundaries: readonly number[]): Promise<number[]> {
    const found: number[] = [];
    const look = async (at: number): Promise<number> => {
      const known = found[at];
      if (known !== undefined) return known;
      const { seq } = await this.floorBoundary(boundaries[at] ?? this.start);
      found[at] = seq;
      return seq;
    };
    const between = async (low: number, high: number): Promise<void> => {
      const seq = await look(low);
      if (seq === (await look(high))) {
        found.fill(seq, low, high);
      } else if (high - low > 1) {
        const middle = (low + high) >>> 1;
        await between(low, middle);
        await between(middle, high);
      }
    };
    if (boundaries.length > 0) await between(0, boundaries.length - 1);
    return found;
  }

  async writtenAt(): Promise<undefined> {}

  nextBoundary(pos: number): Promise<number> {
    return this.#sources.nextBoundary(this.#access, pos);
  }

  chunks(start: number, end: number): AsyncIterable<Uint8Array> {
    return this.#sources.readSegment(this.#access, start, end);
  }
}
