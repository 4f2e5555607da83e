import type { Chunk, ChunkInfo } from "../engine/backend.ts";
import type { PlannedChunk } from "../engine/chunk-plan.ts";

/** A chunk that small appends extend. Views handed out before keep showing what they showed. */
export class GrowingChunk implements ChunkInfo {
  readonly start: number;
  readonly seq: number;
  readonly lead: number;
  length: number;
  writtenAt: number;
  #buffer: Uint8Array;

  /** Copies the planned bytes: they may belong to the caller, or be a small part of a large buffer. */
  constructor({ start, seq, lead, data }: PlannedChunk, writtenAt: number) {
    this.start = start;
    this.seq = seq;
    this.lead = lead;
    this.length = data.length;
    this.writtenAt = writtenAt;
    // Not `slice`: on a Node `Buffer` that makes a view.
    this.#buffer = new Uint8Array(data);
  }

  /** Adds bytes behind the last one. */
  extend(data: Uint8Array, writtenAt: number): void {
    const length = this.length + data.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.length));
      this.#buffer = larger;
    }
    this.#buffer.set(data, this.length);
    this.length = length;
    this.writtenAt = writtenAt;
  }

  /** The chunk as it is now. */
  view(): Chunk {
    const { start, seq, lead, length, writtenAt } = this;
    return { start, seq, lead, length, writtenAt, data: this.#buffer.subarray(0, length) };
  }
}
