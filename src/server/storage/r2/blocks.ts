import type { StreamId } from "../../../shared/index.ts";
import type { Chunk, ChunkInfo } from "../engine/backend.ts";
import { type RetryHost, retried } from "../engine/retries.ts";
import { type Block, filled, lastOf, lengthOf, startOf } from "./block.ts";
import { BlockCache } from "./block-cache.ts";
import { type CommitEntry, entryOf } from "./commit-object.ts";
import type { Keys } from "./keys.ts";
import { ordinalOf, segmentBlock, segmentHeader, spansOf } from "./segment.ts";

/** What {@link Blocks} works with. */
export interface BlocksHost extends RetryHost {
  readonly bucket: R2Bucket;
  readonly keys: Keys;
  readonly fanOut: number;
}

/** Times that what holds a commit can change: from its own object to a segment of the first level, then the second. */
export const MOVES = 2;

/** A body up to this size is read whole when its object is opened, in bytes. */
const WHOLE_BYTES = 1024 * 1024 + 64 * 1024;

/** Bytes up to this number are remembered. */
const KEPT_BYTES = 256 * 1024;

/** Opens the objects that hold a stream's bytes. */
export class Blocks {
  readonly #host: BlocksHost;
  readonly #cache = new BlockCache();
  readonly #spans: readonly number[];

  constructor(host: BlocksHost) {
    this.#host = host;
    this.#spans = spansOf(host.fanOut);
  }

  /** A block that starts at a position, if one is remembered. */
  startingAt(streamId: StreamId, pos: number): Block | undefined {
    return this.#cache.startingAt(streamId, pos);
  }

  /** Number of the commit after the ones that end at a position, if they are remembered. */
  numberAfter(streamId: StreamId, pos: number): number | undefined {
    const before = this.#cache.endingAt(streamId, pos);
    return before && lastOf(before) + 1;
  }

  /**
   * The object that holds a commit: its own, or a segment. A commit's object goes only when there is a segment of the
   * first level, and that only when there is one of the second: so whoever looks at one after the other finds it.
   *
   * @param rolled Below this number segments are looked for first.
   */
  async open(streamId: StreamId, number: number, rolled: number): Promise<Block | undefined> {
    if (number < rolled) {
      for (const level of [2, 1]) {
        const span = this.#spans[level - 1] ?? 0;
        const complete = (ordinalOf(number, span) + 1) * span <= rolled;
        const key = this.#host.keys.segment(streamId, level, ordinalOf(number, span));
        if (!complete || this.#cache.wasAbsent(key)) continue;
        const segment = await this.segment(streamId, level, ordinalOf(number, span));
        if (segment !== undefined) return segment;
      }
    }
    const commit = await this.commit(streamId, number);
    if (commit !== undefined) return commit;
    for (const [index, span] of this.#spans.entries()) {
      const segment = await this.segment(streamId, index + 1, ordinalOf(number, span));
      if (segment !== undefined) return segment;
    }
    return undefined;
  }

  /** A commit's own object. */
  async commit(streamId: StreamId, number: number): Promise<Block | undefined> {
    const key = this.#host.keys.commit(streamId, number);
    return this.#cache.get(key) ?? this.#retried(() => this.#openCommit(streamId, key, number));
  }

  /** Remembers a commit that this instance has made: it need not be read back to be rolled up, or to live readers. */
  learn(streamId: StreamId, entry: CommitEntry, bytes: Uint8Array): void {
    if (bytes.length > KEPT_BYTES) return;
    const key = this.#host.keys.commit(streamId, entry.number);
    this.#cache.add({ streamId, key, entries: [entry], offset: 0, length: bytes.length, bytes: bytes.slice() });
  }

  /** A segment. */
  async segment(streamId: StreamId, level: number, ordinal: number): Promise<Block | undefined> {
    const key = this.#host.keys.segment(streamId, level, ordinal);
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const segment = await this.#retried(() => this.#openSegment(streamId, key));
    if (segment === undefined) this.#cache.addAbsent(key);
    return segment;
  }

  /** The chunks of a block with their bytes. `undefined` when the block went away. */
  async read(block: Block, infos: readonly ChunkInfo[]): Promise<Chunk[] | undefined> {
    const [first] = infos;
    const last = infos.at(-1);
    if (first === undefined || last === undefined) return [];
    const from = first.start - startOf(block);
    const length = last.start + last.length - first.start;
    const kept = block.bytes ?? this.#cache.get(block.key)?.bytes;
    if (kept !== undefined) return filled(infos, kept.subarray(from, from + length), false);
    const bytes = await this.bytes(block, from, length);
    // Whoever looks again is not to find it here.
    if (bytes === undefined) this.#cache.forget(block.key);
    return bytes && filled(infos, bytes, true);
  }

  /** Bytes of a block, remembered or not. `undefined` when the block went away. */
  async bytes(block: Block, from: number, length: number): Promise<Uint8Array | undefined> {
    if (block.bytes !== undefined) return block.bytes.subarray(from, from + length);
    if (length === 0) return new Uint8Array(0);
    const range = { offset: block.offset + from, length };
    return this.#retried(async () => {
      const object = await this.#host.bucket.get(block.key, { range });
      return object === null ? undefined : new Uint8Array(await object.arrayBuffer());
    });
  }

  /** The block as it is returned has its bytes if they fit one chunk; as it is remembered, if they are few. */
  #remember(block: Block): Block {
    const { bytes } = block;
    // What is kept is a copy: a small part would keep all that was read with it.
    const kept = bytes && bytes.length <= KEPT_BYTES ? bytes.slice() : undefined;
    this.#cache.add({ ...block, bytes: kept });
    return block;
  }

  async #openCommit(streamId: StreamId, key: string, number: number): Promise<Block | undefined> {
    const object = await this.#host.bucket.get(key);
    if (object === null) return undefined;
    const entry = entryOf(object, number);
    const length = lengthOf(entry);
    const body = await wholeBody(object);
    return this.#remember({ streamId, key, entries: [entry], offset: 0, length, bytes: body?.subarray(0, length) });
  }

  async #openSegment(streamId: StreamId, key: string): Promise<Block | undefined> {
    const { bucket } = this.#host;
    const object = await bucket.get(key);
    if (object === null) return undefined;
    const { index } = segmentHeader(object);
    const { size } = object;
    const body = await wholeBody(object);
    if (body !== undefined) {
      const [head, bytes] = [body.subarray(0, index), body.subarray(index)];
      return this.#remember(segmentBlock({ streamId, key, size, index: head, bytes }));
    }
    const head = await bucket.get(key, { range: { offset: 0, length: index } });
    if (head === null) return undefined;
    const bytes = new Uint8Array(await head.arrayBuffer());
    return this.#remember(segmentBlock({ streamId, key, size, index: bytes, bytes: undefined }));
  }

  #retried<T>(operation: () => Promise<T>): Promise<T> {
    return retried(this.#host, operation);
  }
}

/** A small body; a large one is not read. */
async function wholeBody(object: R2ObjectBody): Promise<Uint8Array | undefined> {
  if (object.size <= WHOLE_BYTES) return new Uint8Array(await object.arrayBuffer());
  await object.body.cancel();
  return undefined;
}
