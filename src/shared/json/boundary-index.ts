/** The size of a window of {@link BoundaryIndex}, in bytes: 64 KiB. Chunk edges on its multiples get exact answers. */
export const BOUNDARY_WINDOW_BYTES = 65_536;

const WINDOW_BITS = 16;

/** Marks a window in which no message ends; no message can end at 0. */
const NONE = 0;

/**
 * Where messages end in a framed body, so that it can be cut into chunks at message boundaries.
 *
 * A message end is the position just after the `,` that follows the message; 0 counts as one. The index is sparse: of
 * each 64 KiB window it knows the first and the last end, 8 bytes in all, however many messages there are. Answers for
 * positions on a multiple of {@link BOUNDARY_WINDOW_BYTES} are exact; others are the best of the ends it knows.
 */
export interface BoundaryIndex {
  /** Length of the framed body in bytes, itself a message end. */
  readonly length: number;

  /**
   * A message end at or before a position.
   *
   * @param limit A position, 0 or more.
   * @returns The greatest known message end that is not above `limit`, 0 at the least. On a multiple of
   * {@link BOUNDARY_WINDOW_BYTES} no message end lies between it and `limit`.
   */
  lastAtOrBefore(limit: number): number;

  /**
   * A message end at or after a position.
   *
   * @param pos A position from 0 to {@link BoundaryIndex.length}.
   * @returns The smallest known message end that is not below `pos`, the length at the most. On a multiple of
   * {@link BOUNDARY_WINDOW_BYTES} no message end lies between `pos` and it.
   */
  firstAtOrAfter(pos: number): number;
}

/** Shared, since runtimes take microseconds to make even an empty one, and most bodies need none. */
const NO_TABLE = new Uint32Array(0);

class SparseIndex implements BoundaryIndex {
  readonly length: number;
  readonly #first: Uint32Array;
  readonly #last: Uint32Array;

  constructor(length: number, first: Uint32Array, last: Uint32Array) {
    this.length = length;
    this.#first = first;
    this.#last = last;
  }

  lastAtOrBefore(limit: number): number {
    if (limit >= this.length) return this.length;
    if (limit <= 0) return 0;
    const window = windowOf(limit);
    const last = this.#last[window] ?? NONE;
    if (last <= limit) return last;
    const first = this.#first[window] ?? NONE;
    if (first <= limit) return first;
    return window === 0 ? 0 : (this.#last[window - 1] ?? NONE);
  }

  firstAtOrAfter(pos: number): number {
    if (pos <= 0) return 0;
    const window = windowOf(pos);
    const first = this.#first[window] ?? NONE;
    if (first >= pos) return first;
    const last = this.#last[window] ?? NONE;
    if (last >= pos) return last;
    return this.#first[window + 1] ?? this.length;
  }
}

/** A window holds the ends above its start up to and including its end, so that an end on the edge closes a window. */
function windowOf(end: number): number {
  return (end - 1) >>> WINDOW_BITS;
}

/** Collects message ends in ascending order and makes a {@link BoundaryIndex} of them. */
export class BoundaryIndexBuilder {
  readonly #first: Uint32Array;
  readonly #last: Uint32Array;
  #window = 0;
  #windowEnd = 0;
  #previous = 0;

  /** @param capacity The greatest end that can be recorded, in bytes; below 4 GiB. */
  constructor(capacity: number) {
    // One window needs no table: no chunk is smaller, and its only aligned positions are its two ends.
    const windows = capacity > BOUNDARY_WINDOW_BYTES ? windowOf(capacity) + 1 : 0;
    this.#first = windows === 0 ? NO_TABLE : new Uint32Array(windows);
    this.#last = windows === 0 ? NO_TABLE : new Uint32Array(windows);
  }

  /**
   * Records a message end.
   *
   * @param end A position above every one recorded before.
   */
  record(end: number): void {
    if (end > this.#windowEnd) this.#enterWindow(end);
    this.#previous = end;
  }

  #enterWindow(end: number): void {
    this.#last[this.#window] = this.#previous;
    this.#window = windowOf(end);
    this.#windowEnd = (this.#window + 1) * BOUNDARY_WINDOW_BYTES;
    this.#first[this.#window] = end;
  }

  /** The index of the ends recorded so far, the last of which is the body's length. Call it once. */
  build(): BoundaryIndex {
    const length = this.#previous;
    if (length <= BOUNDARY_WINDOW_BYTES) return new SparseIndex(length, NO_TABLE, NO_TABLE);
    const windows = windowOf(length) + 1;
    const first = this.#first.subarray(0, windows);
    const last = this.#last.subarray(0, windows);
    last[this.#window] = length;
    fillGaps(first, last);
    return new SparseIndex(length, first, last);
  }
}

/** Gives windows in which no message ends the nearest ends around them, so that no look-up has to search. */
function fillGaps(first: Uint32Array, last: Uint32Array): void {
  for (let window = 1; window < last.length; window += 1) {
    if (last[window] === NONE) last[window] = last[window - 1] ?? NONE;
  }
  for (let window = first.length - 2; window >= 0; window -= 1) {
    if (first[window] === NONE) first[window] = first[window + 1] ?? NONE;
  }
}
