import type { Clock, StreamId } from "../../../shared/index.ts";
import type { Block } from "./block.ts";
import type { Blocks } from "./blocks.ts";
import type { ChainState } from "./chain-state.ts";
import type { Keys } from "./keys.ts";
import { putNew } from "./objects.ts";
import { encodeSegment, FAN_OUT, ordinalOf, SEGMENT_BYTES, SPANS, segmentHeader } from "./segment.ts";

/** What {@link RollUp} works with. */
export interface RollUpHost {
  readonly bucket: R2Bucket;
  readonly keys: Keys;
  readonly blocks: Blocks;
  readonly clock: Clock;
}

/**
 * A commit's object is kept this long, segment or not: so that whoever still believes it to be the next one meets it,
 * and whoever has just read its key finds it.
 */
export const KEPT_MS = 60 * 60_000;

/** Segments of the first level that one run makes at most. */
const SEGMENTS_A_RUN = 16;

/** Objects asked for at a time. */
const PARALLEL = 6;

const [FIRST_SPAN = FAN_OUT, SECOND_SPAN = FAN_OUT * FAN_OUT] = SPANS;

/** Small commits that can be freed. */
export interface Freeable {
  /** Once they are, all commits below this number that were rolled up are. */
  readonly below: number;
  /** A commit that stays, and after which all do. */
  readonly from: number;
  readonly keys: readonly string[];
  /** When more can be, in ms since the epoch; `undefined` when there is nothing more now. */
  readonly again: number | undefined;
}

/** Keys that one run finds at most, more or less. */
const KEYS_A_RUN = 1000;

/**
 * Copies small commits into segments. Which commits a segment holds follows from its key, and what it contains from
 * them: it may be made by anyone, any number of times, and is the same.
 */
export class RollUp {
  readonly #host: RollUpHost;

  constructor(host: RollUpHost) {
    this.#host = host;
  }

  /** Makes the segments that are due. @returns the number below which all is rolled up, as far as it will be. */
  async run({ state, number, rolled }: ChainState): Promise<number> {
    const { streamId } = state;
    let done = ordinalOf(rolled, FIRST_SPAN);
    const end = Math.min(ordinalOf(number + 1, FIRST_SPAN), done + SEGMENTS_A_RUN);
    for (; done < end; done++) {
      await this.#makeFirst(streamId, done);
      if ((done + 1) % FAN_OUT === 0) await this.#makeSecond(streamId, ordinalOf(done, FAN_OUT));
    }
    return done * FIRST_SPAN;
  }

  /** Finds the objects that segments have replaced for long enough. */
  async freeable({ state, number, rolled, freed }: ChainState): Promise<Freeable> {
    const { bucket, keys, clock } = this.#host;
    const { streamId } = state;
    const found: string[] = [];
    const end = ordinalOf(rolled, FIRST_SPAN);
    let ordinal = ordinalOf(freed, FIRST_SPAN);
    let from = ordinal * FIRST_SPAN;
    let again: number | undefined;
    for (; ordinal < end; ordinal++) {
      if (found.length >= KEYS_A_RUN) again = clock.now();
      if (again !== undefined) break;
      const segment = await bucket.head(keys.segment(streamId, 1, ordinal));
      // The last commit stays: the next one is found, or not found, after it.
      const next = Math.min((ordinal + 1) * FIRST_SPAN, number);
      if (segment !== null) {
        const keptUntil = segmentHeader(segment).at + KEPT_MS;
        if (clock.now() < keptUntil) {
          again = keptUntil;
          break;
        }
        for (let commit = ordinal * FIRST_SPAN; commit < next; commit++) found.push(keys.commit(streamId, commit));
      }
      from = next;
      if (next < (ordinal + 1) * FIRST_SPAN) break;
      if ((ordinal + 1) % FAN_OUT === 0) found.push(...(await this.#replaced(streamId, ordinalOf(ordinal, FAN_OUT))));
    }
    return { below: ordinal * FIRST_SPAN, from, keys: found, again };
  }

  async #replaced(streamId: StreamId, second: number): Promise<string[]> {
    const { bucket, keys } = this.#host;
    if ((await bucket.head(keys.segment(streamId, 2, second))) === null) return [];
    return Array.from({ length: FAN_OUT }, (_, at) => keys.segment(streamId, 1, second * FAN_OUT + at));
  }

  async #makeFirst(streamId: StreamId, ordinal: number): Promise<void> {
    const first = ordinal * FIRST_SPAN;
    const commits = Array.from({ length: FIRST_SPAN }, (_, at) => first + at).filter((number) => number > 0);
    const found = await this.#collect(commits, (number) => this.#host.blocks.commit(streamId, number));
    if (found !== undefined) await this.#write(this.#host.keys.segment(streamId, 1, ordinal), found);
  }

  async #makeSecond(streamId: StreamId, ordinal: number): Promise<void> {
    const segments = Array.from({ length: SECOND_SPAN / FIRST_SPAN }, (_, at) => ordinal * FAN_OUT + at);
    const found = await this.#collect(segments, (segment) => this.#host.blocks.segment(streamId, 1, segment));
    if (found !== undefined) await this.#write(this.#host.keys.segment(streamId, 2, ordinal), found);
  }

  /** All of the blocks with their bytes, unless they are too large together, or one is not there. */
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

  async #write(key: string, blocks: readonly Block[]): Promise<void> {
    const pieces: Uint8Array[] = [];
    for (const block of blocks) {
      const bytes = await this.#host.blocks.bytes(block, 0, block.length);
      if (bytes === undefined) return;
      pieces.push(bytes);
    }
    const entries = blocks.flatMap((block) => block.entries);
    await putNew(this.#host.bucket, key, encodeSegment(entries, pieces));
  }
}
