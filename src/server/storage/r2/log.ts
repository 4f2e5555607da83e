import type { Chunk, ChunkInfo, StreamKey } from "../engine/backend.ts";
import { type Block, chunksIn, endOf, firstOf, lastOf, startOf } from "./block.ts";
import { type Blocks, MOVES } from "./blocks.ts";
import type { ChainState } from "./chain-state.ts";

/** What {@link Log} works with. */
export interface LogHost {
  readonly blocks: Blocks;
  /** A stream as it was at some time after its reader began to read; `undefined` when it is gone. */
  stream(key: StreamKey): Promise<ChainState | undefined>;
}

/** Streams of which is remembered where their readers are. */
const MAX_STREAMS = 1000;

/** A search that has gone one way and then the other. */
const BOTH = 0;

/** Finds chunks by position. */
export class Log {
  readonly #host: LogHost;
  readonly #hints = new Map<string, { readonly pos: number; readonly seq: number }>();
  /** The block that was found last: whoever reads a large one asks for it again and again. */
  readonly #found = new Map<string, Block>();

  constructor(host: LogHost) {
    this.#host = host;
  }

  /** Notes the ordinal that goes with a position, as a client says: it tells where to look first. */
  expect({ streamId }: StreamKey, position: { readonly pos: number; readonly seq: number }): void {
    if (this.#hints.size >= MAX_STREAMS) this.#hints.clear();
    this.#hints.set(streamId, position);
  }

  /** The chunk that holds a byte, without its data. */
  async infoAt(key: StreamKey, pos: number): Promise<ChunkInfo | undefined> {
    const block = await this.#find(key, pos);
    return block && chunksIn(block, pos, pos + 1, 1)[0];
  }

  /** The chunk that holds a byte. */
  async chunkAt(key: StreamKey, pos: number): Promise<Chunk | undefined> {
    const [chunk] = await this.#read(key, pos, pos + 1, 1);
    return chunk;
  }

  /** Chunks from one that starts at `start`, about `budget` bytes of them, of one block. */
  async chunksFrom(key: StreamKey, start: number, end: number, budget: number): Promise<Chunk[]> {
    return this.#read(key, start, end, budget);
  }

  async #read(key: StreamKey, start: number, end: number, budget: number): Promise<Chunk[]> {
    // A block can have been replaced since it was found: then it is found elsewhere.
    for (let moves = 0; moves <= MOVES; moves++) {
      const block = await this.#find(key, start);
      if (block === undefined) return [];
      const chunks = await this.#host.blocks.read(block, chunksIn(block, start, end, budget));
      if (chunks !== undefined) return chunks;
      this.#found.delete(key.streamId);
    }
    return [];
  }

  async #find(key: StreamKey, pos: number): Promise<Block | undefined> {
    const { blocks } = this.#host;
    const { streamId } = key;
    const chain = await this.#host.stream(key);
    if (chain === undefined) return undefined;
    const recent = this.#found.get(streamId);
    if (recent !== undefined && holds(recent, pos)) return recent;
    const guess = blocks.numberAfter(streamId, pos) ?? this.#guess(key, pos, chain);
    const block = blocks.startingAt(streamId, pos) ?? (await this.#search(key, pos, chain, guess));
    if (block === undefined) return undefined;
    if (this.#found.size >= MAX_STREAMS) this.#found.clear();
    // Its bytes, if it has any, are those that the reader asked for just now.
    this.#found.set(streamId, { ...block, bytes: undefined });
    return block;
  }

  /** If all commits since had one chunk each, the one with this ordinal is as many commits back as it is chunks. */
  #guess({ streamId }: StreamKey, pos: number, { number, state }: ChainState): number {
    const hint = this.#hints.get(streamId);
    if (hint?.pos === pos) return number - (state.tail.seq - 1 - hint.seq);
    return pos === state.base.pos ? 1 : Math.ceil(number / 2);
  }

  async #search({ streamId }: StreamKey, pos: number, chain: ChainState, guess: number): Promise<Block | undefined> {
    let low = 1;
    let high = chain.number;
    let next = guess;
    let stride = 1;
    let direction: number | undefined;
    while (low <= high) {
      const probe = Math.min(high, Math.max(low, next));
      const block = await this.#host.blocks.open(streamId, probe, chain.rolled);
      if (block === undefined) return undefined;
      if (holds(block, pos)) return block;
      const way = pos < startOf(block) ? -1 : 1;
      if (way < 0) high = firstOf(block) - 1;
      else low = lastOf(block) + 1;
      // Close to the guess first, then ever farther from it; once passed, by halves.
      const turned = direction !== undefined && direction !== way;
      direction = turned ? BOTH : way;
      next = turned ? Math.floor((low + high) / 2) : way < 0 ? high - stride + 1 : low + stride - 1;
      stride *= 2;
    }
    return undefined;
  }
}

const holds = (block: Block, pos: number): boolean => startOf(block) <= pos && pos < endOf(block);
