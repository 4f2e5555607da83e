import type { Clock, StreamId } from "../../../shared/index.ts";
import type { Block } from "./block.ts";
import type { Blocks } from "./blocks.ts";
import type { ChainState } from "./chain-state.ts";
import { KEPT_MS } from "./kept.ts";
import type { Keys } from "./keys.ts";
import { putNew } from "./objects.ts";
import { completeBelow, encodeSegment, ordinalOf, SEGMENT_BYTES, segmentHeader } from "./segment.ts";

/** What {@link RollUp} works with. */
export interface RollUpHost {
  readonly bucket: R2Bucket;
  readonly keys: Keys;
  readonly fanOut: number;
  readonly blocks: Blocks;
  readonly clock: Clock;
}

/** Segments of the first level that one run makes at most. */
const SEGMENTS_A_RUN = 16;

/** Objects asked for at a time. */
const PARALLEL = 6;

/** Keys that one run finds at most, more or less. */
const KEYS_A_RUN = 1000;

/** What a run has rolled up. */
export interface Rolled {
  /** Number below which all is rolled up, as far as it will be. */
  readonly rolled: number;
  /** The segments that this run, or somebody before it, has made since the last one. */
  readonly keys: readonly string[];
}

/** Small commits that can be freed. */
export interface Freeable {
  /** Once they are, all commits below this number that were rolled up are. */
  readonly below: number;
  /** A commit that stays, and after which all do. */
  readonly from: number;
  readonly keys: readonly string[];
  /** Whether there are more than one run finds. */
  readonly more: boolean;
  /** When what follows can be freed, in ms since the epoch; `undefined` when nothing does. */
  readonly keptUntil: number | undefined;
}

/**
 * Copies small commits into segments. Which commits a segment holds follows from its key, and what it contains from
 * them: it may be made by anyone, any number of times, and is the same.
 */
export class RollUp {
  readonly #host: RollUpHost;

  constructor(host: RollUpHost) {
    this.#host = host;
  }

  /** Makes the segments that are due. @throws when one of them may not be there. */
  async run({ state, number, rolled }: ChainState): Promise<Rolled> {
    const { fanOut } = this.#host;
    const { streamId } = state;
    const made: (string | undefined)[] = [];
    let done = ordinalOf(rolled, fanOut);
    const end = Math.min(ordinalOf(completeBelow(number, fanOut), fanOut), done + SEGMENTS_A_RUN);
    for (; done < end; done++) {
      made.push(await this.#makeFirst(streamId, done));
      if ((done + 1) % fanOut === 0) made.push(await this.#makeSecond(streamId, ordinalOf(done, fanOut)));
    }
    return { rolled: done * fanOut, keys: made.filter((key) => key !== undefined) };
  }

  /**
   * Finds the objects that segments have replaced for long enough.
   *
   * @param freed Number below which none are left.
   */
  async freeable({ state, number, rolled }: ChainState, freed: number): Promise<Freeable> {
    const { bucket, keys, clock, fanOut } = this.#host;
    const { streamId } = state;
    const found: string[] = [];
    const end = ordinalOf(rolled, fanOut);
    let ordinal = ordinalOf(freed, fanOut);
    let from = Math.min(ordinal * fanOut, number);
    let keptUntil: number | undefined;
    for (; ordinal < end && found.length < KEYS_A_RUN; ordinal++) {
      const segment = await bucket.head(keys.segment(streamId, 1, ordinal));
      // The last commit stays: the next one is found, or not found, after it.
      const next = Math.min((ordinal + 1) * fanOut, number);
      if (segment !== null) {
        const until = segmentHeader(segment).at + KEPT_MS;
        if (clock.now() < until) {
          keptUntil = until;
          break;
        }
        for (let commit = ordinal * fanOut; commit < next; commit++) found.push(keys.commit(streamId, commit));
      }
      from = next;
      if (next < (ordinal + 1) * fanOut) break;
      if ((ordinal + 1) % fanOut === 0) found.push(...(await this.#replaced(streamId, ordinalOf(ordinal, fanOut))));
    }
    const more = ordinal < end && found.length >= KEYS_A_RUN;
    return { below: ordinal * fanOut, from, keys: found, more, keptUntil };
  }

  async #replaced(streamId: StreamId, second: number): Promise<string[]> {
    const { bucket, keys, fanOut } = this.#host;
    if ((await bucket.head(keys.segment(streamId, 2, second))) === null) return [];
    return Array.from({ length: fanOut }, (_, at) => keys.segment(streamId, 1, second * fanOut + at));
  }

  async #makeFirst(streamId: StreamId, ordinal: number): Promise<string | undefined> {
    const { bucket, keys, blocks, fanOut } = this.#host;
    const key = keys.segment(streamId, 1, ordinal);
    // Who did not hear of it need not read all the commits again, which may be gone as well.
    if ((await bucket.head(key)) !== null) return key;
    const first = ordinal * fanOut;
    const commits = Array.from({ length: fanOut }, (_, at) => first + at).filter((number) => number > 0);
    return this.#make(key, commits, (number) => blocks.commit(streamId, number));
  }

  async #makeSecond(streamId: StreamId, ordinal: number): Promise<string | undefined> {
    const { keys, blocks, fanOut } = this.#host;
    const segments = Array.from({ length: fanOut }, (_, at) => ordinal * fanOut + at);
    const key = keys.segment(streamId, 2, ordinal);
    return this.#make(key, segments, (segment) => blocks.segment(streamId, 1, segment));
  }

  /** Writes a segment, unless its parts are too large together, or one is not there. */
  async #make(
    key: string,
    numbers: readonly number[],
    open: (number: number) => Promise<Block | undefined>,
  ): Promise<string | undefined> {
    const blocks = await this.#collect(numbers, open);
    if (blocks === undefined) return undefined;
    const pieces: Uint8Array[] = [];
    for (const block of blocks) {
      const bytes = await this.#host.blocks.bytes(block, 0, block.length);
      if (bytes === undefined) return undefined;
      pieces.push(bytes);
    }
    const entries = blocks.flatMap((block) => block.entries);
    await putNew(this.#host.bucket, key, encodeSegment(entries, pieces));
    return key;
  }

  async #collect(
    numbers: readonly number[],
    open: (number: number) => Promise<Block | undefined>,
  ): Promise<Block[] | undefined> {
    const found: Block[] = [];
    let bytes = 0;
    for (let at = 0; at < numbers.length; at += PARALLEL) {
      const opened = await Promise.all(numbers.slice(at, at + PARALLEL).map(open));
      for (const block of opened) {
        if (block === undefined) return undefined;
        bytes += block.length;
        if (bytes > SEGMENT_BYTES) return undefined;
        found.push(block);
      }
    }
    return found;
  }
}
