import type { Block } from "./block.ts";

/** About the memory that remembered blocks may take, in bytes. */
const CAPACITY = 4 * 1024 * 1024;

/** About what an entry of a block's index takes, in bytes. */
const ENTRY_BYTES = 150;

/** Absent objects remembered at a time. */
const MAX_ABSENT = 1000;

/** Remembers blocks, which never change, and which segments were not there when they were looked for. */
export class BlockCache {
  readonly #blocks = new Map<string, Block>();
  readonly #absent = new Set<string>();
  #size = 0;

  /** A block that was read. */
  get(key: string): Block | undefined {
    return this.#blocks.get(key);
  }

  /** All blocks whose keys begin so. */
  *of(prefix: string): Generator<Block> {
    for (const [key, block] of this.#blocks) {
      if (key.startsWith(prefix)) yield block;
    }
  }

  /** Remembers a block, and forgets others. */
  add(block: Block): void {
    this.#drop(block.key);
    this.#absent.delete(block.key);
    this.#blocks.set(block.key, block);
    this.#size += weight(block);
    for (const key of this.#blocks.keys()) {
      if (this.#size <= CAPACITY || this.#blocks.size === 1) break;
      this.#drop(key);
    }
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

  #drop(key: string): void {
    const block = this.#blocks.get(key);
    if (block === undefined) return;
    this.#blocks.delete(key);
    this.#size -= weight(block);
  }
}

const weight = ({ entries, bytes }: Block): number => ENTRY_BYTES * (1 + entries.length) + (bytes?.length ?? 0);
