import type { StreamId } from "../../../shared/index.ts";
import { type Block, endOf, lastOf, startOf } from "./block.ts";

/** About the memory that remembered blocks may take, in bytes. */
const CAPACITY = 4 * 1024 * 1024;

/** About what an entry of a block's index takes, in bytes. */
const ENTRY_BYTES = 150;

/** Absent objects remembered at a time. */
const MAX_ABSENT = 1000;

/**
 * Remembers blocks, which never change although they may go away, and which segments were not there when they were
 * looked for.
 */
export class BlockCache {
  readonly #blocks = new Map<string, Block>();
  /** Those that have bytes, by the places where they begin and end: whoever reads on asks for one after the other. */
  readonly #byStart = new Map<string, Block>();
  readonly #byEnd = new Map<string, Block>();
  readonly #absent = new Set<string>();
  #size = 0;

  /** A block that was read. */
  get(key: string): Block | undefined {
    return this.#blocks.get(key);
  }

  /** A block of a stream that starts at a position. */
  startingAt(streamId: StreamId, pos: number): Block | undefined {
    return this.#byStart.get(place(streamId, pos));
  }

  /** A block of a stream that ends at a position. */
  endingAt(streamId: StreamId, pos: number): Block | undefined {
    return this.#byEnd.get(place(streamId, pos));
  }

  /** Remembers a block, and forgets others. */
  add(block: Block): void {
    this.forget(block.key);
    this.#absent.delete(block.key);
    this.#blocks.set(block.key, block);
    this.#size += weight(block);
    if (block.length > 0) this.#place(block);
    for (const key of this.#blocks.keys()) {
      if (this.#size <= CAPACITY || this.#blocks.size === 1) break;
      this.forget(key);
    }
  }

  /** Forgets a block that went away, or takes too much. */
  forget(key: string): void {
    const block = this.#blocks.get(key);
    if (block === undefined) return;
    this.#blocks.delete(key);
    this.#size -= weight(block);
    const start = place(block.streamId, startOf(block));
    const end = place(block.streamId, endOf(block));
    if (this.#byStart.get(start) === block) this.#byStart.delete(start);
    if (this.#byEnd.get(end) === block) this.#byEnd.delete(end);
  }

  /** Whether an object was not there when it was looked for. It may be by now. */
  wasAbsent(key: string): boolean {
    return this.#absent.has(key);
  }

  /** Remembers that an object is not there. */
  addAbsent(key: string): void {
    if (this.#absent.size >= MAX_ABSENT) this.#absent.clear();
    this.#absent.add(key);
  }

  /** Of several blocks at a place, the segment of the higher level leads farther. */
  #place(block: Block): void {
    const start = place(block.streamId, startOf(block));
    const end = place(block.streamId, endOf(block));
    if (block.length >= (this.#byStart.get(start)?.length ?? 0)) this.#byStart.set(start, block);
    if (lastOf(block) >= lastOf(this.#byEnd.get(end) ?? block)) this.#byEnd.set(end, block);
  }
}

const place = (streamId: StreamId, pos: number): string => `${streamId}:${pos}`;

const weight = ({ entries, bytes }: Block): number =>
  ENTRY_BYTES * (1 + entries.length) + (bytes?.buffer.byteLength ?? 0);
